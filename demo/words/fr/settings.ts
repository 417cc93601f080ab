import type { Words } from '../en/index.js';

export const settings: Words['settings'] = {
  title: 'Réglages',
  close: 'Fermer les réglages',
  language: 'Langue',
  theme: 'Couleurs',
  themes: {
    system: 'Comme sur cet appareil',
    light: 'Clair',
    dark: 'Sombre',
  },
  shortcuts: 'Touches seules, comme M pour le micro',
  sounds: 'Un son quand quelqu’un arrive ou part',
  keys: 'Touches',
  closeKeys: 'Fermer la liste des touches',
  keysOff: 'Les touches seules sont désactivées dans les réglages.',
  does: {
    microphone: 'Activer ou couper le micro',
    camera: 'Activer ou couper la caméra',
    screen: 'Partager votre écran, ou arrêter',
    hand: 'Lever ou baisser la main',
    hat: 'Mettre ou enlever le chapeau',
    chat: 'Ouvrir ou fermer la discussion',
    people: 'Ouvrir ou fermer la liste des personnes',
    statistics: 'Ouvrir ou fermer les statistiques',
    keys: 'Afficher cette liste',
    escape: 'Fermer ce qui est ouvert, ou montrer tout le monde',
    arrows: 'D’un bouton à l’autre dans la barre',
  },
};
