import { z } from 'zod';

/** Between a test and the process that holds its WebRTC peers. */

const peer = z.int();
const candidate = z.object({ peer, candidate: z.string(), mid: z.string() });
const section = z.object({
  kind: z.enum(['audio', 'video']),
  direction: z.enum(['sendonly', 'recvonly', 'sendrecv']),
});
export type Section = z.infer<typeof section>;

export const peerCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), peer, sections: z.array(section), bindAddress: z.string().optional() }),
  z.object({ type: z.literal('answer'), peer, sdp: z.string() }),
  candidate.extend({ type: z.literal('candidate') }),
  z.object({ type: z.literal('send'), peer }),
  z.object({ type: z.literal('close'), peer }),
]);
export type PeerCommand = z.infer<typeof peerCommand>;

export const peerReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('offer'), peer, sdp: z.string() }),
  candidate.extend({ type: z.literal('candidate') }),
  z.object({ type: z.literal('state'), peer, state: z.string() }),
  /** RTP packets so far. */
  z.object({ type: z.literal('received'), peer, audio: z.int(), video: z.int() }),
  z.object({ type: z.literal('failed'), peer, message: z.string() }),
]);
export type PeerReport = z.infer<typeof peerReport>;
