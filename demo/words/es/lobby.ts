import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('es');

export const lobby: Words['lobby'] = {
  title: 'Esperando a que te dejen entrar',
  asked: (room) => `Se ha avisado a un moderador de ${room}. Entrarás en cuanto acepte; no cierres esta página.`,
  before: (count) => plural(count, { one: 'Hay # persona antes que tú.', other: 'Hay # personas antes que tú.' }),
  stop: 'No esperar',
};
