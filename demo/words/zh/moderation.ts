import type { Words } from '../en/index.js';

export const moderation: Words['moderation'] = {
  title: '您是此房间的主持人',
};
