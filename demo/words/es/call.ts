import type { Words } from '../en/index.js';

export const call: Words['call'] = {
  copyInvitation: 'Copiar invitación',
  locked: 'La sala está bloqueada',
};
