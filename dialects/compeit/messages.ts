import { z } from 'zod';
import type { IceCandidate } from '../../media/port.js';
import { isShowable } from '../../rooms/index.js';

/** The longest name of a room, in characters (docs/protocols/compeit.md#29-limits). */
const maxRoomLength = 128;
/** The most digits of a number that is sent as text, so that a double holds it exactly. */
const maxIdDigits = 15;
const badName = 'must not be empty, too long, or hold invisible characters';
/** How deeply relayed data may be nested, so that encoding it does not exhaust the stack. */
const maxDepth = 100;

/** An integer, or its decimal text (docs/protocols/compeit.md#33-client-to-server). */
export const userId = z.union(
  [
    z.int(),
    z
      .string()
      .regex(new RegExp(`^-?\\d{1,${maxIdDigits}}$`))
      .transform(Number),
  ],
  'must be the number of a user',
);

/**
 * A room as an integer, its text, or a name; gives the name. 17 and "17" are the same room
 * (docs/protocols/compeit.md#32-rooms).
 */
const roomName = z.union([
  z.int().transform(String),
  z
    .string()
    .refine((text) => text !== '' && isShowable(text, maxRoomLength), badName)
    .transform((text) => (/^-?\d+$/.test(text) ? String(BigInt(text)) : text)),
]);

export const joinRequest = z.object({ room: roomName, password: z.string().nullish() });

export type JoinRequest = z.output<typeof joinRequest>;

/** Names the agent that a message is for; others see it. */
const type = z.string().refine((given) => isShowable(given), badName);

/** A missing value becomes null. */
const opaque = z.unknown().refine(isShallow, `must be nested ${maxDepth} deep at most`).optional();

/** A server_message or room_message. */
export const message = z.object({ type, data: opaque, to: z.unknown().optional() });

export const userMessage = z.object({ type, data: opaque, to: userId });

const offerSdp = z.string();

/** A request of a page to the Kurento agent (docs/protocols/compeit.md#41-client-to-server). */
export const kurentoRequest = z.discriminatedUnion('event', [
  z.object({ event: z.literal('send_start'), offerSdp }),
  z.object({ event: z.literal('send_stop') }),
  z.object({ event: z.literal('receive_start'), offerSdp, sender: userId }),
  z.object({ event: z.literal('receive_stop'), sender: userId.nullish() }),
  z.object({ event: z.literal('on_ice_candidate'), candidate: z.unknown().optional(), sender: userId.nullish() }),
]);

export type KurentoRequest = z.output<typeof kurentoRequest>;

/**
 * The form of `RTCIceCandidate.toJSON`. One of `sdpMid` and `sdpMLineIndex` is enough, and each may be a number or its
 * text (docs/protocols/compeit.md#41-client-to-server).
 */
export const iceCandidate = z
  .object({
    candidate: z.string().min(1).max(2_000),
    sdpMid: z.union([z.string().max(256), z.int().transform(String)]).nullish(),
    sdpMLineIndex: z
      .union(
        [
          z.int(),
          z
            .string()
            .regex(/^\d{1,4}$/)
            .transform(Number),
        ],
        'must be a whole number',
      )
      .pipe(z.int().min(0).max(1_000))
      .nullish(),
  })
  .transform(({ candidate, sdpMid, sdpMLineIndex }, context): IceCandidate => {
    if ((sdpMid ?? sdpMLineIndex ?? undefined) === undefined) {
      context.addIssue('must name a section in "sdpMid" or "sdpMLineIndex"');
      return z.NEVER;
    }
    return {
      candidate,
      sdpMid: sdpMid ?? '',
      sdpMLineIndex: sdpMLineIndex ?? (/^\d{1,3}$/.test(sdpMid ?? '') ? Number(sdpMid) : 0),
    };
  });

/**
 * Messages between pages about their media that the server reads too
 * (docs/protocols/compeit.md#46-messages-that-the-server-only-relays).
 */
export const mediaNews = z.object({ event: z.enum(['mediaOffer', 'mute', 'unmute']) });

/** The user in `connected`. */
export interface OwnUser {
  readonly id: number;
  readonly name: string;
}

/** The user in all other messages. The server has no addresses to send. */
export interface WireUser extends OwnUser {
  readonly email: null;
}

function isShallow(data: unknown): boolean {
  let level: unknown[] = [data];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return false;
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return true;
}
