import { defaultDialect } from './messages.js';
import type { About, Message, Sent } from './messages.js';

type Pair = readonly [epoch: number, seq: number];
type SentAbout = Extract<Sent, { t: 'req' }>['l'][string];

/** A message of this node to itself, as `messageSchema` makes it: nobody need check what this node has written. */
export function ownMessage(message: Sent): Message {
  switch (message.t) {
    case 'req':
      return { ...message, w: atOf(message.w), l: mapped(message.l, aboutOf) };
    case 'w':
      return { ...message, w: atOf(message.w) };
    case 'out':
      return { ...message, p: at(message.p), q: at(message.q), b: mapped(message.b, at) };
    case 'pass':
      return { ...message, p: at(message.p) };
    case 'owner':
      return { ...message, l: atOf(message.l) };
    default:
      return message;
  }
}

function aboutOf({ dialect = defaultDialect, ...about }: SentAbout): About {
  return { ...about, dialect };
}

function at([epoch, seq]: Pair): { readonly epoch: number; readonly seq: number } {
  return { epoch, seq };
}

function atOf(given: Pair | undefined): ReturnType<typeof at> | undefined {
  return given && at(given);
}

function mapped<From, To>(record: Readonly<Record<string, From>>, make: (from: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, make(value)]));
}
