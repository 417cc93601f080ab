import type { InboundStream } from './inbound-stream.js';
import type { SenderReport } from './rtcp.js';
import type { RtpPacket } from './rtp-packet.js';

/** Whatever takes the media that something else produces. */
export interface MediaSink {
  /** The packet is the caller's again when this returns; the bytes of its body stay. */
  take(packet: RtpPacket, from: InboundStream, now: number): void;
  reported(report: SenderReport, from: InboundStream, now: number): void;
}

/** One publisher to many: gives each packet of one kind of media to every sink. */
export class Forwarder {
  /** An array, and replaced when it changes: the way of a packet only walks it, also when a sink leaves meanwhile. */
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

  report(report: SenderReport, from: InboundStream, now: number): void {
    for (const sink of this.#sinks) sink.reported(report, from, now);
  }
}
