import type { Words } from '../en/index.js';

export const statistics: Words['statistics'] = {
  title: 'Statistiques',
  close: 'Fermer les statistiques',
};
