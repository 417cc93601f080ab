import type { Words } from '../en/index.js';

export const invitation: Words['invitation'] = {
  title: 'Invitation',
  local: 'Seul cet ordinateur peut ouvrir l’adresse que vous utilisez.',
  network:
    'Sur votre réseau, les autres utilisent l’adresse ci-dessous. À la première visite, le navigateur peut signaler le certificat.',
  addresses: 'Adresses',
  code: 'Code du lien, pour l’appareil photo d’un téléphone',
  copy: 'Copier le lien',
  share: 'Partager…',
  remedies: {
    tls: 'Pour inviter d’autres personnes, démarrez le serveur avec --tls self-signed.',
    host: 'Pour inviter d’autres personnes, connectez-vous à un réseau et démarrez le serveur sans HOST.',
  },
};
