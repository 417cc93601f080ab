import type { Words } from '../en/index.js';

export const lobby: Words['lobby'] = {
  title: 'Warten auf Einlass',
};
