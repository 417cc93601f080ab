import type { Words } from '../en/index.js';

export const stage: Words['stage'] = {
  people: '此房间中的人',
  you: '您',
};
