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

/** Remote candidates that came before their publication or subscription was asked for, by publisher and stream. */
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

  /** Hands over the candidates of that stream, or those that are for any; whatever comes later is added by the new owner. */
  take(publisher: Participant, stream: string): HeldCandidates {
    const isWanted = (held: Held): boolean =>
      held.publisher === publisher && (held.stream === stream || held.stream === undefined);
    const [first, ...others] = this.#held?.filter(isWanted).map(({ candidates }) => candidates) ?? [];
    if (!first) return new HeldCandidates();
    this.#held = this.#held?.filter((held) => !isWanted(held));
    for (const other of others) first.takeOver(other);
    return first;
  }

  /** @param stream undefined: all of them */
  forget(publisher: Participant, stream?: string): void {
    this.#held = this.#held?.filter(
      (held) => held.publisher !== publisher || (stream !== undefined && held.stream !== stream),
    );
  }
}
