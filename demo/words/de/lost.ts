import type { Words } from '../en/index.js';

export const lost: Words['lost'] = {
  title: 'Hier ist nichts',
  text: 'Prüfen Sie die Adresse, oder bitten Sie um einen neuen Link.',
  home: 'Zur Startseite',
};
