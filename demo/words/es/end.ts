import type { Words } from '../en/index.js';

export const end: Words['end'] = {
  devicesOff: 'La cámara y el micrófono están apagados. Puedes cerrar esta página.',
};
