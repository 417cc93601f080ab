import type { IceCandidate } from '../media/port.js';
import { HeldCandidates } from './held-candidates.js';
import type { Participant } from './participant.js';

/** Endpoints that candidates are held for. */
const maxPublishers = 64;

/** Remote candidates that came before their publication or subscription was asked for, by the publisher. */
export class EarlyCandidates {
  readonly #held = new Map<Participant, HeldCandidates>();

  hold(publisher: Participant, candidate: IceCandidate): void {
    let candidates = this.#held.get(publisher);
    if (!candidates) {
      this.#forgetGone();
      if (this.#held.size >= maxPublishers) return;
      candidates = new HeldCandidates();
      this.#held.set(publisher, candidates);
    }
    candidates.add(candidate);
  }

  /** Hands the candidates over; whatever comes later is added by the new owner. */
  take(publisher: Participant): HeldCandidates {
    const candidates = this.#held.get(publisher) ?? new HeldCandidates();
    this.#held.delete(publisher);
    return candidates;
  }

  forget(publisher: Participant): void {
    this.#held.delete(publisher);
  }

  #forgetGone(): void {
    for (const publisher of this.#held.keys()) if (publisher.closed) this.#held.delete(publisher);
  }
}
