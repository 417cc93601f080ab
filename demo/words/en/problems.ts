import { pluralIn } from '../plural.js';

const plural = pluralIn('en');

/** What went wrong, and what to do. */
export const problems = {
  page: 'Something in this page went wrong. Reload it and try again.',
  unreachable: 'The server cannot be reached. Check your network, then try again.',
  timeout: 'The server does not answer. Try again in a moment.',
  roomClosing: 'The room is just being closed. Try again in a moment.',
  roomNotFound: 'There is no such room. Check its name, or ask the people who invited you.',
  disconnected: 'The connection to the server was lost. Try again.',
  tokenNeeded: 'This server is for invited people. Open the link that you were sent.',
  tokenInvalid: 'The server does not accept your invitation. Ask for a new link.',
  tokenExpired: 'Your invitation has expired, or is not valid yet. Ask for a new link.',
  banned: 'A moderator has removed you from this room, and you cannot come back.',
  locked: 'This room is locked. Ask somebody in it to open it, then try again.',
  roomFull: 'This room is full. Try again when somebody has left.',
  nameTaken: (name: string) => `Somebody called “${name}” is in this room already. Choose another name.`,
  denied: 'A moderator did not let you in. You can ask again in a minute.',
  deniedFor: (reason: string) => `A moderator did not let you in. They say: “${reason}” You can ask again in a minute.`,
  tooOften: (seconds: number) =>
    plural(seconds, {
      one: 'That was too often. Try again in # second.',
      other: 'That was too often. Try again in # seconds.',
    }),
  notLetIn: (reason: string) => `The server did not let you in: ${reason}`,
  media: 'Sound or picture in this room',
  ownMedia: 'Your sound and picture',
  mediaOf: (name: string) => `Sound and picture of ${name}`,
  mediaFailed: (subject: string, reason: string) => `${subject}: ${reason}`,
  mediaLost: 'the media connection was lost, or cannot be made from this network.',
  mediaLate: 'the server did not answer in time.',
  mediaNotAllowed: 'you may not send that in this room.',
  mediaNotTaken: 'the server could not carry it.',
  personGone: 'They are not here any more.',
  notAllowed: 'You may not do that.',
  notSupported: 'This cannot be done with their program.',
  notDone: (reason: string) => `That was not done: ${reason}`,
  pageHere: 'Something in this page went wrong.',
};
