import type { Words } from '../en/index.js';

export const people: Words['people'] = {
  title: (count) => `Personen (${count})`,
  close: 'Liste der Personen schließen',
  region: 'Personen und Anfragen',
  self: '(Sie)',
  hand: (place) => `Hand gehoben, Nummer ${place}`,
  muted: 'stumm',
  speaking: 'spricht',
  listening: 'hört zu',
  allCut: 'Ton und Bild von der Moderation gestoppt',
  soundCut: 'von der Moderation stummgeschaltet',
  videoCut: 'Bild von der Moderation gestoppt',
};
