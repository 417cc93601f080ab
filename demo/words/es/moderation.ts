import type { Words } from '../en/index.js';

export const moderation: Words['moderation'] = {
  title: 'Moderas esta sala',
};
