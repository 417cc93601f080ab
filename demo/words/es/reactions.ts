import type { Words } from '../en/index.js';

export const reactions: Words['reactions'] = {
  title: 'Reaccionar',
  kinds: { thumb: 'pulgar arriba', heart: 'corazón', clap: 'aplauso', laugh: 'risa', party: 'fiesta' },
  said: (name: string, what: string) => `${name} reacciona: ${what}`,
  failed: 'No se ha enviado tu reacción. Inténtalo de nuevo.',
};
