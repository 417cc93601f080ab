import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('fr');

export const bar: Words['bar'] = {
  title: 'Appel',
  shareScreen: 'Partager votre écran',
  stopSharing: 'Arrêter le partage d’écran',
  noSharing: 'Votre écran ne peut pas être partagé depuis ce navigateur.',
  raiseHand: 'Lever la main',
  lowerHand: 'Baisser la main',
  handFailed: 'Impossible de lever la main. Réessayez.',
  hatOn: 'Mettre un chapeau',
  hatOff: 'Enlever le chapeau',
  hatFailed: 'Il n’y a pas de chapeau pour vous en ce moment.',
  more: 'Plus',
  ending: 'Terminer l’appel …',
  leave: 'Quitter',
  endForAll: 'Terminer l’appel pour tous',
  cancel: 'Annuler',
  layout: 'Disposition',
  view: 'Vue',
  keys: 'Touches',
  time: 'Heure',
  chat: (unread: number) => (unread === 0 ? 'Discussion' : `Discussion : ${unread} non lus`),
  people: (count: number) => `Personnes : ${count}`,
  waiting: (count: number) => `${count} en attente`,
  hands: (count: number) => plural(count, { one: '# main levée', other: '# mains levées' }),
};
