import { z } from 'zod';
import type { Condition } from '../errors.js';

/** What the requests that exchange SDP have in common. */
export const sdpOffer = z.string().min(1).meta({ description: 'SDP offer' });
export const sdpAnswer = z.string().meta({ description: 'SDP answer' });

/** SDP in examples. */
export const shortSdp = 'v=0…';

export const negotiationErrors: readonly Condition[] = [
  { reason: 'offer-refused', when: 'The media server could make nothing of the SDP offer.' },
  { reason: 'media-failed', when: 'The media server failed or did not answer in time.' },
  { reason: 'interrupted', when: 'What was being negotiated was ended meanwhile.' },
];
