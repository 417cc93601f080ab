import type { Words } from '../en/index.js';

export const statistics: Words['statistics'] = {
  title: 'Statistiques',
  close: 'Fermer les statistiques',
  region: 'Statistiques de chaque connexion',
  sent: 'Vous envoyez',
  received: (name: string) => `De ${name}`,
  measuring: 'Mesure en cours …',
  nothing: 'Rien',
  rate: 'Débit',
  picture: 'Image',
  noPicture: 'aucune',
  lost: 'Pertes',
  roundTrip: 'Aller-retour',
  unknown: 'inconnu',
  loudness: 'Volume',
  silent: 'silence',
  state: 'État',
};
