import type { Words } from '../en/index.js';

export const moderation: Words['moderation'] = {
  title: 'Vous modérez cette salle',
};
