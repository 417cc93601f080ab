import type { Words } from '../en/index.js';

export const statistics: Words['statistics'] = {
  title: 'Estadísticas',
  close: 'Cerrar las estadísticas',
};
