import type { Words } from '../en/index.js';

export const end: Words['end'] = {
  devicesOff: 'Kamera und Mikrofon sind aus. Sie können diese Seite schließen.',
  lostTitle: 'Die Verbindung wurde getrennt',
  lost: 'Die Verbindung zum Server ist verloren und damit der Anruf. Kommen Sie wieder, sobald Sie online sind.',
  elsewhereTitle: 'Sie sind anderswo in diesem Raum',
  elsewhere:
    'Dieselbe Einladung wurde in einem anderen Fenster oder auf einem anderen Gerät benutzt. Der Anruf geht dort weiter.',
  removedTitle: 'Sie wurden aus dem Raum entfernt',
  removed: 'Die Moderation hat Sie entfernt. Sie können vorerst nicht zurückkommen.',
  removedFor: (reason) => `Die Moderation hat Sie entfernt. Sie sagt: „${reason}“`,
  refusedTitle: 'Sie sind nicht mehr im Raum',
  refused: (reason) => `Die Verbindung ging verloren, und der Server lässt Sie nicht wieder herein: ${reason}`,
  closedTitle: 'Der Raum wurde geschlossen',
  left: (room) => `Sie haben ${room} verlassen.`,
  lasted: (time) => `Sie waren ${time} dort.`,
  rejoin: 'Zurück in den Raum',
  closedFor: (room) => `${room} wurde für alle geschlossen.`,
};
