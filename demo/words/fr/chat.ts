import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('fr');

export const chat: Words['chat'] = {
  title: 'Discussion',
  close: 'Fermer la discussion',
  messages: 'Messages',
  empty:
    'Aucun message pour l’instant. Tout le monde dans la salle lit ce que vous écrivez, et les personnes qui arrivent plus tard peuvent le lire aussi.',
  write: 'Message à tout le monde',
  send: 'Envoyer',
  you: 'Vous',
  server: 'Le serveur',
  newMessages: (count: number) => plural(count, { one: '# nouveau message', other: '# nouveaux messages' }),
  sending: 'Envoi …',
  notSent: 'Non envoyé',
  again: 'Réessayer',
  discard: 'Supprimer',
  mayNotWrite: 'Vous pouvez lire la discussion, mais pas y écrire.',
  said: (name: string, text: string) => `${name} : ${text}`,
};
