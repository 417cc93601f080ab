import { z } from 'zod';

/** What the test asks the process with the peers. */
export const peerRequest = z.discriminatedUnion('method', [
  z.object({ id: z.number(), method: z.literal('open'), name: z.string() }),
  z.object({ id: z.number(), method: z.literal('answer'), name: z.string(), sdp: z.string() }),
  z.object({ id: z.number(), method: z.literal('candidate'), name: z.string(), candidate: z.string() }),
  /** Video packets with these numbers, the first one a keyframe. */
  z.object({ id: z.number(), method: z.literal('send'), name: z.string(), from: z.number(), to: z.number() }),
  z.object({ id: z.number(), method: z.literal('state'), name: z.string() }),
  z.object({ id: z.number(), method: z.literal('close'), name: z.string() }),
]);
export type PeerRequest = z.infer<typeof peerRequest>;

export const openedPeer = z.object({ offer: z.string(), candidates: z.array(z.string()) });

export const peerState = z.object({
  state: z.string(),
  /** Sequence numbers of the video that came. */
  video: z.array(z.number()),
  /** RTCP packet types that came. */
  rtcp: z.array(z.number()),
});
export type PeerState = z.infer<typeof peerState>;

export const peerReply = z.object({ id: z.number(), value: z.unknown().optional(), error: z.string().optional() });
