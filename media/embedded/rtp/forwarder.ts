import type { InboundStream } from './inbound-stream.js';
import type { SenderReport } from './rtcp.js';
import type { RtpPacket } from './rtp-packet.js';

/** An object that takes media. */
export interface MediaSink {
  /** The caller uses `packet` again for the next packet. The payload in its `body` never changes and may be kept. */
  take(packet: RtpPacket, from: InboundStream, now: number): void;
  reported(report: SenderReport, from: InboundStream, now: number): void;
  /** Whether it takes also what receivers are not to hear (`LoudestStreams`). Default: no. */
  readonly takesAll?: boolean;
}

/** Gives each packet of one kind of media to every sink. */
export class Forwarder {
  /** Replaced when it changes: a sink may leave while a packet is given to all. */
  #sinks: readonly MediaSink[] = [];

  add(sink: MediaSink): void {
    if (!this.#sinks.includes(sink)) this.#sinks = [...this.#sinks, sink];
  }

  remove(sink: MediaSink): void {
    this.#sinks = this.#sinks.filter((other) => other !== sink);
  }

  get sinks(): readonly MediaSink[] {
    return this.#sinks;
  }

  forward(packet: RtpPacket, from: InboundStream, now: number): void {
    for (const sink of this.#sinks) sink.take(packet, from, now);
  }

  /** As `forward`, of what receivers are not to hear. */
  forwardWithheld(packet: RtpPacket, from: InboundStream, now: number): void {
    for (const sink of this.#sinks) if (sink.takesAll) sink.take(packet, from, now);
  }

  report(report: SenderReport, from: InboundStream, now: number): void {
    for (const sink of this.#sinks) sink.reported(report, from, now);
  }
}
