import { av1 } from './av1.js';
import type { Codec } from './codec.js';
import { pcma, pcmu } from './g711.js';
import { h264, h264Single } from './h264.js';
import { opus } from './opus.js';
import { vp8 } from './vp8.js';
import { vp9 } from './vp9.js';

/** Every codec, in order of preference: of those in an offer, the first of each kind is chosen. */
export const codecs: readonly Codec[] = [opus, pcmu, pcma, vp8, h264, vp9, av1, h264Single];
