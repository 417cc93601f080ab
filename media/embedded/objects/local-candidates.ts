import { complex } from './media-object.js';
import type { EventFields } from './media-object.js';
import type { AgreedSection } from '../sdp/agreement.js';

/**
 * The candidates of one endpoint. The client is told none before it asks (docs/protocols/kurento-media.md#75-events).
 */
export class LocalCandidates {
  readonly found: string[] = [];
  readonly #raise: (event: string, fields: EventFields) => void;
  #sections: readonly AgreedSection['offered'][] = [];
  #asked = false;
  #told = 0;
  #complete = false;
  #done = false;

  constructor(raise: (event: string, fields: EventFields) => void) {
    this.#raise = raise;
  }

  /** The sections that are served. Each candidate is told once per section, although they share one transport. */
  serve(sections: readonly AgreedSection['offered'][]): void {
    this.#sections = sections;
  }

  /** The client asks for candidates: it is told those found until now, and each later one when it is found. */
  ask(): void {
    this.#asked = true;
    this.#tell();
  }

  add(candidate: string): void {
    this.found.push(candidate);
    this.#tell();
  }

  complete(): void {
    this.#complete = true;
    this.#tell();
  }

  #tell(): void {
    if (!this.#asked || this.#done) return;
    for (; this.#told < this.found.length; this.#told++) {
      const candidate = this.found[this.#told];
      for (const { mid = '', index } of this.#sections) {
        this.#raise('IceCandidateFound', {
          candidate: complex('IceCandidate', { candidate, sdpMid: mid, sdpMLineIndex: index }),
        });
      }
    }
    if (!this.#complete) return;
    this.#done = true;
    this.#raise('IceGatheringDone', {});
  }
}
