import type { Words } from '../en/index.js';

export const element: Words['element'] = {
  unsetTitle: 'Pas encore d’appel',
  unset: 'Il commence dès que cette page connaît la salle et votre nom.',
  joining: (room) => `Entrée dans ${room} …`,
  failedTitle: 'Vous n’êtes pas dans l’appel',
  left: 'La caméra et le micro sont éteints.',
  tryAgain: 'Réessayer',
  passwordTitle: 'Cette salle a un mot de passe',
};
