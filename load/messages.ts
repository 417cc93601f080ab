import { z } from 'zod';

/** Between the load test and the processes that hold its participants. */

const participant = z.object({
  user: z.string(),
  room: z.string(),
  token: z.string().optional(),
  publishes: z.array(z.enum(['audio', 'video'])),
  /** Whether it receives the others. Default: when it publishes nothing. */
  receives: z.boolean().optional(),
});
export type ParticipantPlan = z.infer<typeof participant>;

export const loadCommand = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('begin'),
    /** Of the room protocol, as ws://host:port/room. */
    url: z.string(),
    /** Of each picture. */
    kbps: z.number(),
    /** In how many sizes a picture is sent. */
    layers: z.number(),
    bindAddress: z.string().optional(),
  }),
  participant.extend({ type: z.literal('join') }),
  /** From now on what it takes is counted. */
  z.object({ type: z.literal('measure') }),
  /** Answered by `figures`, when all have left. */
  z.object({ type: z.literal('leave') }),
]);
export type LoadCommand = z.infer<typeof loadCommand>;

const counts = z.record(z.string(), z.number());
const amount = z.object({ packets: z.number(), kbps: z.number() });
const figures = z.object({
  join: counts,
  firstPacket: counts,
  delay: counts,
  sent: amount,
  received: amount.extend({ lost: z.number() }),
  /** How many streams the participants wanted to receive. */
  subscriptions: z.number(),
  /** How many things failed, by reason. */
  failed: counts,
  /** What the process has taken since `measure`. */
  cpuMs: z.number(),
});
export type ProcessFigures = z.infer<typeof figures>;

export const loadReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** One participant has joined, and publishes if it was to; or it has failed. */
  z.object({ type: z.literal('settled'), hasJoined: z.boolean() }),
  figures.extend({ type: z.literal('figures') }),
]);
export type LoadReport = z.infer<typeof loadReport>;
