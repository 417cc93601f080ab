import type { Words } from '../en/index.js';

export const join: Words['join'] = {
  title: 'Rejoindre une salle',
  join: 'Rejoindre',
};
