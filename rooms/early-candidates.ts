import type { IceCandidate } from '../media/port.js';
import { HeldCandidates } from './held-candidates.js';
import type { Participant } from './participant.js';

/** Endpoints that candidates are held for. */
const maxEndpoints = 64;

interface Held {
  readonly publisher: Participant;
  /** Undefined: the client has not said for which. */
  readonly stream: string | undefined;
  readonly candidates: HeldCandidates;
}

/** Remote candidates that came before the negotiation that they are for was asked for, by publisher and stream. */
export class EarlyCandidates {
  /** Most participants never need one. */
  #held: Held[] | undefined;

  hold(publisher: Participant, stream: string | undefined, candidate: IceCandidate): void {
    const present = this.#held?.find((held) => held.publisher === publisher && held.stream === stream);
    if (present) {
      present.candidates.add(candidate);
      return;
    }
    const held = (this.#held ?? []).filter((each) => !each.publisher.closed);
    this.#held = held;
    if (held.length >= maxEndpoints) return;
    const candidates = new HeldCandidates();
    candidates.add(candidate);
    held.push({ publisher, stream, candidates });
  }

  /**
   * Hands over the candidates of that stream, or those that are for any; whatever comes later is added by the new owner. Candidates of that
   * stream that belong to another offer came too late for it, and are forgotten.
   * @param ufrags of the offer
   */
  take(publisher: Participant, stream: string, ufrags: readonly string[]): HeldCandidates {
    const taken = new HeldCandidates(ufrags);
    this.#held = this.#held?.filter((held) => {
      const isWanted = held.publisher === publisher && (held.stream === stream || held.stream === undefined);
      if (!isWanted) return true;
      held.candidates.giveTo(taken);
      return held.stream === undefined && !held.candidates.isEmpty;
    });
    return taken;
  }

  /** @param stream undefined: all of them */
  forget(publisher: Participant, stream?: string): void {
    this.#held = this.#held?.filter(
      (held) => held.publisher !== publisher || (stream !== undefined && held.stream !== stream),
    );
  }
}
