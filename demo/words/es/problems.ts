import type { Words } from '../en/index.js';

export const problems: Words['problems'] = {
  page: 'Algo ha fallado en esta página. Vuelve a cargarla e inténtalo de nuevo.',
};
