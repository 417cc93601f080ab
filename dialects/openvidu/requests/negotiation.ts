import { z } from 'zod';
import { ProtocolError } from '../../session-layer/errors.js';
import type { Condition } from '../errors.js';
import type { OvSession } from '../model/ov-session.js';
import { withVideoCodec } from '../sdp-codec.js';

/** What the requests that exchange SDP have in common. */
export const sdpOffer = z.string().min(1).meta({ description: 'SDP offer' });
export const sdpAnswer = z.string().meta({ description: 'SDP answer' });

/** SDP in examples. */
export const shortSdp = 'v=0…';

export const negotiationErrors: readonly Condition[] = [
  { reason: 'offer-refused', when: 'The media server could make nothing of the SDP offer.' },
  { reason: 'media-failed', when: 'The media server failed.' },
  { reason: 301, when: 'The media server did not answer within 8 s.' },
  { reason: 'interrupted', when: 'What was being negotiated was ended meanwhile.' },
  { reason: 800, when: 'The session has a forced video codec, and the offer does not have it.' },
];

/** With the one video codec of the session, if it has one. @throws ProtocolError 800 */
export function forcedOffer(offer: string, { properties }: Pick<OvSession, 'properties'>): string {
  const { forcedVideoCodec: codec, allowTranscoding } = properties;
  if (codec === 'MEDIA_SERVER_PREFERRED' || codec === 'NONE') return offer;
  const forced = withVideoCodec(offer, codec);
  if (forced !== undefined) return forced;
  if (allowTranscoding) return offer;
  throw new ProtocolError(800, `The session has ${codec} alone, which the offer does not have`);
}
