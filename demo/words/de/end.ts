import type { Words } from '../en/index.js';

export const end: Words['end'] = {
  devicesOff: 'Kamera und Mikrofon sind aus. Sie können diese Seite schließen.',
};
