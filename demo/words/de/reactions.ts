import type { Words } from '../en/index.js';

export const reactions: Words['reactions'] = {
  title: 'Reagieren',
  kinds: { thumb: 'Daumen hoch', heart: 'Herz', clap: 'Applaus', laugh: 'Lachen', party: 'Feier' },
  said: (name: string, what: string) => `${name} reagiert: ${what}`,
  failed: 'Ihre Reaktion wurde nicht gesendet. Versuchen Sie es noch einmal.',
};
