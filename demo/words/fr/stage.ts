import type { Words } from '../en/index.js';

export const stage: Words['stage'] = {
  people: 'Dans cette salle',
  you: 'vous',
};
