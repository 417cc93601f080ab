import type { Words } from '../en/index.js';

export const permission: Words['permission'] = {
  title: 'La caméra et le micro sont bloqués',
  denied: {
    chromium: 'Cliquez sur l’icône à gauche de l’adresse, autorisez la caméra et le micro, puis réessayez.',
    firefox: 'Cliquez sur la caméra barrée à gauche de l’adresse, levez le blocage, puis réessayez.',
    safari:
      'Ouvrez le menu à côté de l’adresse, choisissez les réglages de ce site, autorisez la caméra et le micro, puis réessayez.',
  },
  dismissed: 'Votre navigateur a posé la question et vous n’avez pas répondu. Réessayez et autorisez les deux.',
  policy: 'Le site qui contient cet appel ne permet pas de les utiliser. Ouvrez l’appel dans sa propre fenêtre.',
  insecure: 'Les navigateurs ne les ouvrent que sur les pages sécurisées. Utilisez une adresse qui commence par https.',
  again: 'Réessayer',
  listen: 'Sans eux, vous pouvez écouter et discuter.',
};
