import type { Words } from '../en/index.js';

export const people: Words['people'] = {
  close: '关闭成员列表',
};
