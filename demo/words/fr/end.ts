import type { Words } from '../en/index.js';

export const end: Words['end'] = {
  devicesOff: 'Votre caméra et votre micro sont éteints. Vous pouvez fermer cette page.',
};
