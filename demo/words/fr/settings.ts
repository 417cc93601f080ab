import type { Words } from '../en/index.js';

export const settings: Words['settings'] = {
  title: 'Paramètres',
  language: 'Langue',
};
