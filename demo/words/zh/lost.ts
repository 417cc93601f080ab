import type { Words } from '../en/index.js';

export const lost: Words['lost'] = {
  title: '这里什么都没有',
  text: '请检查地址，或索取新的链接。',
  home: '前往首页',
};
