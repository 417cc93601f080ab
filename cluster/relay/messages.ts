import { z } from 'zod';
import { askMessages } from '../ask-messages.js';
import { positionSchema as position } from '../position.js';

/** What nodes tell each other about the clients of a room. Everything is sent again when it may have been lost. */

/** Of a line, given by its gateway: of no other line before or after it. */
const lineId = z.string().min(1).max(64);
const hash = z.string().length(22);
const nodeId = z.string().min(1).max(64);
const envelope = { v: z.literal(1), r: hash };

/** Of nodes of earlier versions, which do not say it: they have one alone whose sessions are at the owner of their room. */
export const defaultDialect = 'kurento-room';

/** What an owner needs to know of a line that it may not know. */
const about = z.object({
  /** The name of the room; absent where only the session is known. */
  room: z.string().optional(),
  sid: z.string(),
  /** The protocol. */
  dialect: z.string().default(defaultDialect),
  address: z.string(),
  token: z.string().optional(),
  /** Of the gateway. */
  region: z.string().optional(),
  traceparent: z.string().optional(),
  /** Those up to here were served, by this owner or a former one. */
  done: z.int(),
  /** Whether the gateway knows that the client is in the room. */
  in: z.boolean(),
  /** How many messages came that were told directly (`x` of `out`). */
  k: z.int(),
});

/** What a client does. They are numbered from 1 on each line. */
const act = z.discriminatedUnion('a', [
  /** A message. */
  z.object({ a: z.literal('f'), f: z.string() }),
  /** It wants its session, and has so many messages. */
  z.object({ a: z.literal('attach'), received: z.int().optional() }),
  /** Its connection is closed. `w`: up to where all was written to it. */
  z.object({
    a: z.literal('gone'),
    reason: z.string(),
    over: z.boolean(),
    w: z.tuple([z.int(), z.int()]).optional(),
  }),
]);

/** Gateway to owner. */
const request = z.object({
  ...envelope,
  t: z.literal('req'),
  g: nodeId,
  /** Up to where all was written to its sockets; absent before the first message. */
  w: position.optional(),
  /** By line. */
  l: z.record(lineId, about),
  q: z.array(z.tuple([lineId, z.int(), act])),
});

/** Gateway to owner: as `w` of a request, and `k` of its lines. */
const written = z.object({
  ...envelope,
  t: z.literal('w'),
  g: nodeId,
  w: position.optional(),
  k: z.record(lineId, z.int()).optional(),
  /** Lines that the gateway does not have, or not any more. */
  u: z.array(lineId).optional(),
});

/** Owner to gateway. */
const told = z.object({
  ...envelope,
  t: z.literal('out'),
  o: nodeId,
  e: z.int(),
  /** This follows the first position and ends at the second one. */
  p: position,
  q: position,
  /** Entries of the log, each with its slots. */
  f: z.array(z.tuple([z.int(), z.string(), z.string()])),
  /** Up to which number each line was served. */
  d: z.record(lineId, z.int()),
  /** Those of `d` whose clients wait to be let in: this owner tells them what becomes of that, and no other one. */
  h: z.array(lineId).optional(),
  /** From where the log is to be read, for a gateway that has no position: it has these lines. */
  b: z.record(lineId, position),
  /** Messages to clients that are in no room yet, numbered from 1 on each line. */
  x: z.array(z.tuple([lineId, z.int(), z.string()])),
  /** Lines that the owner does not know, or whose session it does not know. */
  u: z.array(lineId),
});

/** Owner to gateway: what is worth nothing a moment later, and is in no log. */
const passing = z.object({
  ...envelope,
  t: z.literal('pass'),
  o: nodeId,
  e: z.int(),
  /** All up to here is written before. */
  p: position,
  /** Slots as in an entry of the log, a number that grows, and the message. */
  f: z.array(z.tuple([z.string(), z.int(), z.string()])),
});

/** A new owner to the gateways of the room. */
const owner = z.object({
  ...envelope,
  t: z.literal('owner'),
  o: nodeId,
  e: z.int(),
  /** As `Owner.logEnd`. */
  l: position.optional(),
  d: z.record(lineId, z.int()),
});

/** To a gateway that has asked another node than the owner. Without an owner nobody owns the room. */
const moved = z.object({ ...envelope, t: z.literal('moved'), o: nodeId.optional(), e: z.int().optional() });

/** A former owner to the node that owns the room now. One that is lost is found out by that node (given-rooms.ts). */
const given = z.object({ ...envelope, t: z.literal('given') });

/** To the owner: it is to give the room to that node, or to any other one. Nobody answers; Redis says who owns it. */
const wanted = z.object({ ...envelope, t: z.literal('wanted'), by: nodeId.optional() });

export const messageSchema = z.discriminatedUnion('t', [
  request,
  written,
  told,
  passing,
  owner,
  moved,
  given,
  wanted,
  ...askMessages,
]);

export type Message = z.output<typeof messageSchema>;
export type Sent = z.input<typeof messageSchema>;
export type RequestMessage = z.output<typeof request>;
export type WrittenMessage = z.output<typeof written>;
export type ToldMessage = z.output<typeof told>;
export type PassingMessage = z.output<typeof passing>;
export type OwnerMessage = z.output<typeof owner>;
export type MovedMessage = z.output<typeof moved>;
export type Act = z.output<typeof act>;
export type About = z.output<typeof about>;
