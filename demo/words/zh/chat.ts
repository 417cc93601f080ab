import type { Words } from '../en/index.js';

export const chat: Words['chat'] = {
  title: '聊天',
  close: '关闭聊天',
};
