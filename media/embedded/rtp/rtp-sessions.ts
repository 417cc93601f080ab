import type { RtpKind } from '../codecs/codec.js';
import type { Agreement } from '../sdp/agreement.js';
import type { Receiver } from './bandwidth/receiver.js';
import type { PacketOutlet, RtpSessionOptions } from './rtp-session.js';
import { RtpSession } from './rtp-session.js';

export interface RtpSessionsOptions extends Omit<RtpSessionOptions, 'media' | 'transport'> {
  readonly agreement: Agreement;
  /** In the order of the agreement. */
  readonly transports: readonly PacketOutlet[];
}

/**
 * The RTP of one endpoint: a session for each transport. A payload type of one session means nothing in another
 * (RFC 3550 §3), so clients use the same one for audio and for video.
 */
export class RtpSessions {
  readonly #all: readonly RtpSession[];
  readonly #audio: RtpSession | undefined;
  readonly #video: RtpSession | undefined;

  constructor({ agreement, transports, ...options }: RtpSessionsOptions) {
    this.#all = transports.map((transport, place) => {
      const sections = agreement.sections.filter((section) => section.transport === place);
      return new RtpSession({ ...options, transport, media: sections.flatMap(({ media }) => media ?? []) });
    });
    [this.#audio, this.#video] = (['audio', 'video'] as const).map((kind) => this.#all.find((one) => one.has(kind)));
  }

  /** The session that carries this kind; undefined when it was not negotiated. */
  of(kind: RtpKind): RtpSession | undefined {
    return kind === 'audio' ? this.#audio : this.#video;
  }

  /** The session of the transport in this place. */
  at(transport: number): RtpSession | undefined {
    return this.#all[transport];
  }

  /** Everything that repeats. Called about every 50 ms. */
  tick(now: number): void {
    for (const session of this.#all) if (session.connected) session.tick(now);
  }

  /** They are connections of this receiver from now on. */
  moveTo(receiver: Receiver): void {
    for (const session of this.#all) session.moveTo(receiver);
  }

  /** Nothing is sent any more. */
  close(): void {
    for (const session of this.#all) session.close();
  }
}
