import type { InboundStream } from './inbound-stream.js';
import { writeBitrateLimit } from './rtcp.js';

/** Ms between two messages; a sender forgets a limit after some seconds. */
const periodMs = 500;
/** For senders that do not estimate their bandwidth, in bit/s: without any limit they would stay far below. */
export const defaultLimit = 2_500_000;
/** Ends a limit, in bit/s: more than any camera sends. */
const noLimit = 1_000_000_000;

export interface BitrateLimitOptions {
  /** Our SSRC in the messages. */
  readonly ownSsrc: number;
  /** The sender estimates its bandwidth by itself. */
  readonly senderEstimates: boolean;
  /** What the sender may send of video, in bit/s; 0: no limit. */
  readonly limit: (now: number) => number;
  readonly sendRtcp: (packet: Buffer) => void;
}

/** Tells a sender how much video it may send (REMB, draft-alvestrand-rmcat-remb-03). Times are in ms. */
export class BitrateLimit {
  readonly #options: BitrateLimitOptions;
  #toldAt = 0;
  /** The sender keeps to the limit it was told, until it is told another. */
  #isLimited = false;

  constructor(options: BitrateLimitOptions) {
    this.#options = options;
  }

  /** Sends what is due; the limit is for the video among these streams. Called about every 50 ms. */
  tick(now: number, streams: readonly InboundStream[]): void {
    if (now - this.#toldAt < periodMs) return;
    this.#toldAt = now;
    const ssrcs = streams.filter(({ codec }) => codec.kind === 'video').map(({ ssrc }) => ssrc);
    if (ssrcs.length === 0) return;
    const { ownSsrc, senderEstimates, limit, sendRtcp } = this.#options;
    const allowed = limit(now) || (senderEstimates ? 0 : defaultLimit);
    if (allowed > 0 || this.#isLimited) sendRtcp(writeBitrateLimit(ownSsrc, allowed || noLimit, ssrcs));
    this.#isLimited = allowed > 0;
  }
}
