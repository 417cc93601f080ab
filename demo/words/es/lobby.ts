import type { Words } from '../en/index.js';

export const lobby: Words['lobby'] = {
  title: 'Esperando a que te dejen entrar',
};
