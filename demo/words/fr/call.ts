import type { Words } from '../en/index.js';

export const call: Words['call'] = {
  copyInvitation: 'Copier l’invitation',
  locked: 'La salle est verrouillée',
};
