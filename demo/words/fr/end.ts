import type { Words } from '../en/index.js';

export const end: Words['end'] = {
  devicesOff: 'Votre caméra et votre micro sont éteints. Vous pouvez fermer cette page.',
  lostTitle: 'La connexion a été perdue',
  lost: 'La connexion au serveur a été perdue, et l’appel avec elle. Revenez quand vous serez de nouveau en ligne.',
  elsewhereTitle: 'Vous êtes dans cette salle ailleurs',
  elsewhere:
    'La même invitation a été utilisée dans une autre fenêtre ou sur un autre appareil. L’appel continue là-bas.',
  removedTitle: 'Vous avez été exclu de la salle',
  removed: 'Un modérateur vous a exclu. Vous ne pouvez pas revenir pour le moment.',
  removedFor: (reason) => `Un modérateur vous a exclu. Il dit : « ${reason} »`,
  refusedTitle: 'Vous n’êtes plus dans la salle',
  refused: (reason) => `La connexion a été perdue et le serveur ne vous laisse pas revenir : ${reason}`,
  closedTitle: 'La salle a été fermée',
  left: (room) => `Vous avez quitté ${room}.`,
  lasted: (time) => `Vous y avez passé ${time}.`,
  rejoin: 'Revenir',
  closedFor: (room) => `${room} a été fermée pour tout le monde.`,
};
