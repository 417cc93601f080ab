import type { Words } from '../en/index.js';

export const join: Words['join'] = {
  title: '加入房间',
  join: '加入',
};
