import type { Words } from '../en/index.js';

export const settings: Words['settings'] = {
  title: '设置',
  language: '语言',
};
