import type { Words } from '../en/index.js';

export const stage: Words['stage'] = {
  people: 'In diesem Raum',
  you: 'Sie',
};
