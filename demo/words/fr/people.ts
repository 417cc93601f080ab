import type { Words } from '../en/index.js';

export const people: Words['people'] = {
  title: (count) => `Personnes (${count})`,
  close: 'Fermer la liste des personnes',
  region: 'Personnes et demandes',
  self: '(vous)',
  hand: (place) => `Main levée, numéro ${place}`,
  muted: 'micro coupé',
  speaking: 'parle',
  listening: 'écoute',
  allCut: 'son et vidéo coupés par un modérateur',
  soundCut: 'micro coupé par un modérateur',
  videoCut: 'vidéo coupée par un modérateur',
};
