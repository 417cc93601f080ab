import type { Words } from '../en/index.js';

export const bar: Words['bar'] = {
  title: 'Appel',
  leave: 'Quitter',
};
