import type { Words } from '../en/index.js';

export const element: Words['element'] = {
  unsetTitle: 'Noch kein Anruf',
  unset: 'Er beginnt, sobald diese Seite den Raum und Ihren Namen kennt.',
  joining: (room) => `Betreten von ${room} …`,
  failedTitle: 'Sie sind nicht im Anruf',
  left: 'Kamera und Mikrofon sind aus.',
  tryAgain: 'Noch einmal versuchen',
  passwordTitle: 'Dieser Raum hat ein Passwort',
};
