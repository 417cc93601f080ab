import type { OriginalStream } from './stream.js';

/** Somebody in the room, ourselves included (original browser library: Participant). */
export class OriginalParticipant {
  #id: string;
  readonly #streams: Record<string, OriginalStream> = {};
  readonly #sendCandidate: (candidate: RTCIceCandidateInit) => void;

  /** @internal For pages: `Kurento` makes it. */
  constructor(id: string, sendCandidate: (candidate: RTCIceCandidateInit) => void) {
    this.#id = id;
    this.#sendCandidate = sendCandidate;
  }

  getID(): string {
    return this.#id;
  }

  setId(id: string): void {
    this.#id = id;
  }

  /** By stream id. */
  getStreams(): Readonly<Record<string, OriginalStream>> {
    return this.#streams;
  }

  addStream(stream: OriginalStream): void {
    Object.defineProperty(this.#streams, stream.getID(), { value: stream, enumerable: true, configurable: true });
  }

  sendIceCandidate(candidate: RTCIceCandidateInit): void {
    this.#sendCandidate(candidate);
  }

  dispose(): void {
    for (const stream of Object.values(this.#streams)) stream.dispose();
  }
}
