import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('de');

export const chat: Words['chat'] = {
  title: 'Chat',
  close: 'Chat schließen',
  messages: 'Nachrichten',
  empty:
    'Noch keine Nachrichten. Alle im Raum lesen, was Sie schreiben, und auch Personen, die später kommen, können es lesen.',
  write: 'Nachricht an alle',
  send: 'Senden',
  you: 'Sie',
  server: 'Der Server',
  newMessages: (count: number) => plural(count, { one: '# neue Nachricht', other: '# neue Nachrichten' }),
  sending: 'Wird gesendet …',
  notSent: 'Nicht gesendet',
  again: 'Erneut senden',
  discard: 'Löschen',
  mayNotWrite: 'Sie können den Chat lesen, aber nicht schreiben.',
  said: (name: string, text: string) => `${name}: ${text}`,
};
