import type { Words } from '../en/index.js';

export const element: Words['element'] = {
  unsetTitle: 'Todavía no hay llamada',
  unset: 'Empieza en cuanto esta página conozca la sala y tu nombre.',
  joining: (room) => `Entrando en ${room} …`,
  failedTitle: 'No estás en la llamada',
  left: 'Tu cámara y tu micrófono están apagados.',
  tryAgain: 'Intentarlo de nuevo',
  passwordTitle: 'Esta sala tiene contraseña',
};
