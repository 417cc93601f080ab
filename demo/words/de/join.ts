import type { Words } from '../en/index.js';

export const join: Words['join'] = {
  title: 'In einen Raum gehen',
  join: 'Teilnehmen',
};
