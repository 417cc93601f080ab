import type { Words } from '../en/index.js';

export const people: Words['people'] = {
  close: 'Fermer la liste des personnes',
};
