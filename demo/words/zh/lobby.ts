import type { Words } from '../en/index.js';

export const lobby: Words['lobby'] = {
  title: '正在等待准入',
};
