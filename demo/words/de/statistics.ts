import type { Words } from '../en/index.js';

export const statistics: Words['statistics'] = {
  title: 'Statistik',
  close: 'Statistik schließen',
};
