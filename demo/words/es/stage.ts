import type { Words } from '../en/index.js';

export const stage: Words['stage'] = {
  people: 'En esta sala',
  you: 'tú',
};
