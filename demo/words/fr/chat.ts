import type { Words } from '../en/index.js';

export const chat: Words['chat'] = {
  title: 'Discussion',
  close: 'Fermer la discussion',
};
