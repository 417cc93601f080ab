import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('de');

export const bar: Words['bar'] = {
  title: 'Gespräch',
  shareScreen: 'Bildschirm teilen',
  stopSharing: 'Bildschirm nicht mehr teilen',
  noSharing: 'Ihr Bildschirm lässt sich aus diesem Browser nicht teilen.',
  raiseHand: 'Hand heben',
  lowerHand: 'Hand senken',
  handFailed: 'Ihre Hand ließ sich nicht heben. Versuchen Sie es noch einmal.',
  hatOn: 'Hut aufsetzen',
  hatOff: 'Hut abnehmen',
  hatFailed: 'Im Moment gibt es keinen Hut für Sie.',
  more: 'Mehr',
  ending: 'Gespräch beenden …',
  leave: 'Verlassen',
  endForAll: 'Gespräch für alle beenden',
  cancel: 'Abbrechen',
  layout: 'Anordnung',
  view: 'Ansicht',
  keys: 'Tasten',
  time: 'Uhrzeit',
  chat: (unread: number) => (unread === 0 ? 'Chat' : `Chat: ${unread} ungelesen`),
  people: (count: number) => `Personen: ${count}`,
  waiting: (count: number) => plural(count, { one: '# wartet', other: '# warten' }),
  hands: (count: number) => plural(count, { one: '# Hand gehoben', other: '# Hände gehoben' }),
};
