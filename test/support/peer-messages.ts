import { z } from 'zod';

/** Between a test and the process that holds its WebRTC peers. */

const peer = z.int();
const candidate = z.object({ peer, candidate: z.string(), mid: z.string() });
const kind = z.enum(['audio', 'video']);
const section = z.object({
  kind,
  direction: z.enum(['sendonly', 'recvonly', 'sendrecv']),
  codec: z.enum(['VP8', 'H264']).optional(),
});
export type Section = z.infer<typeof section>;

/** Id of the header extension by which peers say how loud their audio is. */
export const levelId = 1;
/** Ids of those by which they name the section and the size that a packet is of. */
export const [midId, ridId] = [1, 2];

export const peerCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), peer, sections: z.array(section), bindAddress: z.string().optional() }),
  z.object({ type: z.literal('answer'), peer, sdp: z.string() }),
  candidate.extend({ type: z.literal('candidate') }),
  /** `level`: how loud the packets of audio say they are, in dB below the loudest sound. */
  z.object({ type: z.literal('send'), peer, level: z.int().optional() }),
  /** Video packets with these numbers, the first one a keyframe. */
  z.object({ type: z.literal('send video'), peer, first: z.int(), last: z.int() }),
  /** A film of H.264 with sound, over and over. `rids`: in so many sizes, by these names, the smallest first. */
  z.object({ type: z.literal('play'), peer, rids: z.array(z.string()).optional() }),
  z.object({ type: z.literal('close'), peer }),
]);
export type PeerCommand = z.infer<typeof peerCommand>;

export const peerReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('offer'), peer, sdp: z.string() }),
  candidate.extend({ type: z.literal('candidate') }),
  z.object({ type: z.literal('state'), peer, state: z.string() }),
  z.object({ type: z.literal('received'), peer, kind, sequence: z.int() }),
  /** `packetType`: of the first packet in a compound one. */
  z.object({ type: z.literal('control'), peer, packetType: z.int() }),
  z.object({ type: z.literal('keyframe wanted'), peer }),
  /** In bit/s. */
  z.object({ type: z.literal('bitrate limit'), peer, bitrate: z.number() }),
  z.object({ type: z.literal('failed'), peer, message: z.string() }),
]);
export type PeerReport = z.infer<typeof peerReport>;
