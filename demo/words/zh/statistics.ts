import type { Words } from '../en/index.js';

export const statistics: Words['statistics'] = {
  title: '统计',
  close: '关闭统计',
};
