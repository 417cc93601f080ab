import type { Words } from '../en/index.js';

export const media: Words['media'] = {
  connecting: 'Connexion …',
  listening: 'Écoute seulement',
  listeningOnly: 'Écoute seulement',
  noConnection: 'Pas de connexion',
  notSent: 'Non envoyé',
  notSentYet: 'Non envoyé. Nouvel essai …',
  tryNow: 'Réessayer maintenant',
  trouble: 'Le son et l’image ne passent pas par ce réseau',
  troubleServer: 'Le serveur média ne répond pas',
  whatToCheck: 'Que vérifier',
  tryAgain: 'Réessayer',
  checkServer:
    'Votre réseau est peut-être en ordre : le serveur de salles n’atteint pas le serveur du son et de l’image. Il réessaie de lui-même. Si cela dure, prévenez ses administrateurs.',
  checkOtherNetwork: 'Essayez un autre réseau, par exemple celui de votre téléphone, ou coupez le VPN.',
  checkFirewall: 'Un pare-feu bloque peut-être UDP. Demandez aux administrateurs de votre réseau de le laisser passer.',
  checkNoRelay:
    'Ce serveur n’a pas de relais (serveur TURN) pour les réseaux qui bloquent UDP. Ses administrateurs peuvent en ajouter un.',
  checkRelayRefused:
    'Le relais (serveur TURN) de ce serveur nous refuse. Ses administrateurs devraient vérifier son secret et son horloge.',
};
