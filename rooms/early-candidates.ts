import type { IceCandidate } from '../media/port.js';
import { HeldCandidates } from './held-candidates.js';
import type { Participant } from './participant.js';

/** Endpoints that candidates are held for. */
const maxPublishers = 64;

/** Remote candidates that came before their publication or subscription was asked for, by the publisher. */
export class EarlyCandidates {
  /** Most participants never need one. */
  #held: Map<Participant, HeldCandidates> | undefined;

  hold(publisher: Participant, candidate: IceCandidate): void {
    this.#held ??= new Map();
    let candidates = this.#held.get(publisher);
    if (!candidates) {
      forgetGone(this.#held);
      if (this.#held.size >= maxPublishers) return;
      candidates = new HeldCandidates();
      this.#held.set(publisher, candidates);
    }
    candidates.add(candidate);
  }

  /** Hands the candidates over; whatever comes later is added by the new owner. */
  take(publisher: Participant): HeldCandidates {
    const candidates = this.#held?.get(publisher) ?? new HeldCandidates();
    this.#held?.delete(publisher);
    return candidates;
  }

  forget(publisher: Participant): void {
    this.#held?.delete(publisher);
  }
}

function forgetGone(held: Map<Participant, HeldCandidates>): void {
  for (const publisher of held.keys()) if (publisher.closed) held.delete(publisher);
}
