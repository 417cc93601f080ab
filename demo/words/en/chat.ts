import { pluralIn } from '../plural.js';

const plural = pluralIn('en');

/** The chat. */
export const chat = {
  title: 'Chat',
  close: 'Close chat',
  messages: 'Messages',
  empty: 'Nothing said yet. Everybody in the room can read what you write, and people who come later may read it too.',
  write: 'Message to everybody',
  send: 'Send',
  you: 'You',
  server: 'The server',
  newMessages: (count: number) => plural(count, { one: '# new message', other: '# new messages' }),
  sending: 'Sending …',
  notSent: 'Not sent',
  again: 'Try again',
  discard: 'Delete',
  mayNotWrite: 'You can read the chat here, but not write.',
  said: (name: string, text: string) => `${name}: ${text}`,
};
