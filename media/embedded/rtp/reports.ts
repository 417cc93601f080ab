import type { InboundStream } from './inbound-stream.js';
import { writeDescription, writeReceiverReport } from './rtcp.js';
import { TransportFeedback } from './transport-feedback.js';

/** Ms between two receiver reports. */
const periodMs = 1000;
/** Ms between two messages of transport feedback, as browsers send them by default. The pulse is not exact to the ms. */
const feedbackMs = 100 - 10;

export interface ReportsOptions {
  /** Our SSRC in what is reported. */
  readonly ownSsrc: number;
  /** Our canonical name (RFC 3550 §6.5.1). */
  readonly cname: string;
  /** The other side takes feedback about each packet of the transport. */
  readonly transportFeedback: boolean;
  readonly sendRtcp: (packet: Buffer) => void;
}

/**
 * What a sender is told of the streams that come from it: receiver reports (RFC 3550 §6.4.2), and when each packet
 * arrived, from which it estimates its bandwidth. Times are in ms.
 */
export class Reports {
  readonly #options: ReportsOptions;
  readonly #feedback: TransportFeedback | undefined;
  #reportedAt = 0;
  #toldAt = 0;

  constructor(options: ReportsOptions) {
    this.#options = options;
    this.#feedback = options.transportFeedback ? new TransportFeedback() : undefined;
  }

  /** A packet came. `transportSequence`: its number in the transport; -1 when it has none. */
  arrived(transportSequence: number, now: number): void {
    if (transportSequence !== -1) this.#feedback?.arrived(transportSequence, now);
  }

  /** Sends what is due about these streams. Called about every 50 ms. */
  tick(now: number, streams: readonly InboundStream[]): void {
    this.#sendFeedback(now, streams);
    if (now - this.#reportedAt < periodMs) return;
    this.#reportedAt = now;
    this.#sendReport(now, streams);
  }

  /** Names the last stream, which is the video where there is one: the feedback is about all of them. */
  #sendFeedback(now: number, streams: readonly InboundStream[]): void {
    const stream = streams.at(-1);
    if (!this.#feedback || !stream || now - this.#toldAt < feedbackMs) return;
    this.#toldAt = now;
    for (const message of this.#feedback.take(this.#options.ownSsrc, stream.ssrc)) this.#options.sendRtcp(message);
  }

  #sendReport(now: number, streams: readonly InboundStream[]): void {
    if (streams.length === 0) return;
    const { ownSsrc, cname, sendRtcp } = this.#options;
    const blocks = streams.map((stream) => stream.reportBlock(now));
    sendRtcp(Buffer.concat([writeReceiverReport(ownSsrc, blocks), writeDescription(ownSsrc, cname)]));
  }
}
