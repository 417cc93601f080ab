import type { Words } from '../en/index.js';

export const chat: Words['chat'] = {
  title: 'Chat',
  close: 'Chat schließen',
};
