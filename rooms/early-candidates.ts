import type { IceCandidate } from '../media/port.js';
import type { Participant } from './participant.js';

/** Of one endpoint. */
export const maxEarlyCandidates = 64;
/** Endpoints candidates are held for. */
const maxPublishers = 64;

/**
 * Remote candidates of one participant that came before the endpoint they are for, by the publisher they concern.
 * Clients trickle as soon as they have made an offer, so these are ordinary; both bounds are for the others
 * (Kurento Room §3.6).
 */
export class EarlyCandidates {
  readonly #held = new Map<Participant, IceCandidate[]>();

  hold(publisher: Participant, candidate: IceCandidate): void {
    let candidates = this.#held.get(publisher);
    if (!candidates) {
      this.#forgetGone();
      if (this.#held.size >= maxPublishers) return;
      candidates = [];
      this.#held.set(publisher, candidates);
    }
    if (candidates.length < maxEarlyCandidates) candidates.push(candidate);
  }

  /** Hands the candidates over and forgets them. */
  take(publisher: Participant): readonly IceCandidate[] {
    const candidates = this.#held.get(publisher) ?? [];
    this.#held.delete(publisher);
    return candidates;
  }

  #forgetGone(): void {
    for (const publisher of this.#held.keys()) if (publisher.closed) this.#held.delete(publisher);
  }
}
