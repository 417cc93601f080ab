import { z } from 'zod';

/** What nodes ask each other about a room, once: nothing of it is sent again, since it may have been done. */

const envelope = {
  v: z.literal(1),
  /** The hash of the room. */
  r: z.string().length(22),
  /** Of the ask: of no other one of the node that asks. */
  i: z.string().min(1).max(64),
};

/** To the owner of a room. */
const ask = z.object({
  ...envelope,
  t: z.literal('ask'),
  /** The node that asks. */
  g: z.string().min(1).max(64),
  /** The name of the room. */
  room: z.string(),
  /** Until when somebody waits for the answer, by the time of Redis. */
  u: z.number(),
  b: z.string(),
});

/** The most pieces of an answer. */
export const mostPieces = 64;

/** To the node that asks. */
const answer = z.object({
  ...envelope,
  t: z.literal('answer'),
  a: z.discriminatedUnion('s', [
    /** A piece of the answer, and how many there are. */
    z.object({ s: z.literal('piece'), k: z.int().min(0), n: z.int().min(1).max(mostPieces), b: z.string() }),
    /** That node does not own the room. */
    z.object({ s: z.literal('moved') }),
    /** That node does not answer now. Nothing has happened. */
    z.object({ s: z.literal('refused'), why: z.string() }),
  ]),
});

export const askMessages = [ask, answer] as const;

export type AskMessage = z.output<typeof ask>;
export type AnswerMessage = z.output<typeof answer>;
