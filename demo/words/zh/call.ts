import type { Words } from '../en/index.js';

export const call: Words['call'] = {
  copyInvitation: '复制邀请链接',
  locked: '房间已锁定',
};
