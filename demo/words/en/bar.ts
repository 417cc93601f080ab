import { pluralIn } from '../plural.js';

const plural = pluralIn('en');

/** The buttons of the call, and their keys. */
export const bar = {
  title: 'Call',
  shareScreen: 'Share your screen',
  stopSharing: 'Stop sharing your screen',
  noSharing: 'Your screen cannot be shared from this browser.',
  raiseHand: 'Raise your hand',
  lowerHand: 'Lower your hand',
  handFailed: 'Your hand could not be raised. Try again.',
  hatOn: 'Put a hat on',
  hatOff: 'Take the hat off',
  hatFailed: 'There is no hat for you at the moment.',
  more: 'More',
  ending: 'End the call …',
  leave: 'Leave',
  endForAll: 'End the call for everybody',
  cancel: 'Cancel',
  layout: 'Layout',
  view: 'View',
  keys: 'Keys',
  time: 'Time',
  chat: (unread: number) => (unread === 0 ? 'Chat' : `Chat: ${unread} unread`),
  people: (count: number) => `People: ${count}`,
  waiting: (count: number) => `${count} waiting`,
  hands: (count: number) => plural(count, { one: '# hand raised', other: '# hands raised' }),
};
