import type { Words } from '../en/index.js';

export const call: Words['call'] = {
  copyInvitation: 'Einladung kopieren',
  locked: 'Der Raum ist gesperrt',
};
