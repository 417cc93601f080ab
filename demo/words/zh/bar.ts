import type { Words } from '../en/index.js';

export const bar: Words['bar'] = {
  title: '通话',
  leave: '离开',
};
