import type { Words } from '../en/index.js';

export const devices: Words['devices'] = {
  camera: 'Kamera',
  microphone: 'Mikrofon',
};
