import type { Words } from '../en/index.js';

export const lost: Words['lost'] = {
  title: 'Aquí no hay nada',
  text: 'Comprueba la dirección o pide un enlace nuevo.',
  home: 'Ir al inicio',
};
