import type { Words } from '../en/index.js';

export const problems: Words['problems'] = {
  page: '此页面出现问题。请重新加载后再试。',
};
