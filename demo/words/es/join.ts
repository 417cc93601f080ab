import type { Words } from '../en/index.js';

export const join: Words['join'] = {
  title: 'Entrar en una sala',
  join: 'Entrar',
};
