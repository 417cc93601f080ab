import { complex } from './media-object.js';
import type { EventFields } from './media-object.js';
import type { AgreedSection } from '../sdp/agreement.js';

/**
 * The candidates of one endpoint. The client is told none before it asks (docs/protocols/kurento-media.md#75-events).
 * Transports are named by their place.
 */
export class LocalCandidates {
  readonly #raise: (event: string, fields: EventFields) => void;
  readonly #found: { readonly transport: number; readonly candidate: string }[] = [];
  readonly #complete = new Set<number>();
  #served: readonly AgreedSection[] = [];
  #asked = false;
  #told = 0;
  #done = false;

  constructor(raise: (event: string, fields: EventFields) => void) {
    this.#raise = raise;
  }

  /** Those of one transport that were found until now. */
  of(transport: number): string[] {
    return this.#found.filter((one) => one.transport === transport).map(({ candidate }) => candidate);
  }

  /** The sections of the description. Each candidate is told once for each served section of its transport. */
  serve(sections: readonly AgreedSection[]): void {
    this.#served = sections.filter(({ media, data }) => media ?? data);
  }

  /** The client asks for candidates: it is told those found until now, and each later one when it is found. */
  ask(): void {
    this.#asked = true;
    this.#tell();
  }

  /** There are other paths, whose candidates are found from now on. The client is told none before it asks again. */
  restart(): void {
    this.#found.length = 0;
    this.#complete.clear();
    this.#asked = false;
    this.#told = 0;
    this.#done = false;
  }

  add(transport: number, candidate: string): void {
    this.#found.push({ transport, candidate });
    this.#tell();
  }

  complete(transport: number): void {
    this.#complete.add(transport);
    this.#tell();
  }

  #tell(): void {
    if (!this.#asked || this.#done) return;
    for (; this.#told < this.#found.length; this.#told++) {
      const found = this.#found[this.#told];
      for (const { transport, offered } of this.#served) {
        if (!found || transport !== found.transport) continue;
        const { mid = '', index } = offered;
        this.#raise('IceCandidateFound', {
          candidate: complex('IceCandidate', { candidate: found.candidate, sdpMid: mid, sdpMLineIndex: index }),
        });
      }
    }
    if (this.#complete.size === 0 || !this.#served.every(({ transport = -1 }) => this.#complete.has(transport))) return;
    this.#done = true;
    this.#raise('IceGatheringDone', {});
  }
}
