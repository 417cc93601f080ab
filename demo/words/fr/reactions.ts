import type { Words } from '../en/index.js';

export const reactions: Words['reactions'] = {
  title: 'Réagir',
  kinds: { thumb: 'pouce levé', heart: 'cœur', clap: 'applaudissements', laugh: 'rire', party: 'fête' },
  said: (name: string, what: string) => `${name} réagit : ${what}`,
  failed: 'Votre réaction n’a pas été envoyée. Réessayez.',
};
