import type { Endpoint, IceCandidate } from '../media/port.js';
import { ufragOf } from './ice-ufrags.js';

/** Candidates of one endpoint; of a client that sends more the first ones are lost. */
const maxHeld = 64;

/**
 * Remote candidates of one endpoint, which need not exist yet: clients send them as soon as they have made an offer
 * (docs/protocols/kurento-room.md#36-onicecandidate).
 */
export class HeldCandidates {
  /** Of the offer that they belong to. Empty: not known. */
  readonly ufrags: readonly string[];
  #held: IceCandidate[] = [];
  #endpoint: Pick<Endpoint, 'addCandidate'> | undefined;

  constructor(ufrags: readonly string[] = []) {
    this.ufrags = ufrags;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** False for a candidate that says that it belongs to another offer. */
  isFor(candidate: IceCandidate): boolean {
    if (this.ufrags.length === 0) return true;
    const ufrag = ufragOf(candidate);
    return ufrag === undefined || this.ufrags.includes(ufrag);
  }

  add(candidate: IceCandidate): void {
    if (this.#endpoint) {
      this.#endpoint.addCandidate(candidate);
      return;
    }
    if (this.#held.length >= maxHeld) this.#held.shift();
    this.#held.push(candidate);
  }

  /** Gives away those that are for the other offer. */
  giveTo(other: HeldCandidates): void {
    const all = this.#held;
    this.#held = [];
    for (const candidate of all) (other.isFor(candidate) ? other : this).add(candidate);
  }

  /** The endpoint is there. It gets those that come later, too. */
  handTo(endpoint: Pick<Endpoint, 'addCandidate'>): void {
    this.#endpoint = endpoint;
    for (const candidate of this.#held.splice(0)) endpoint.addCandidate(candidate);
  }

  /** The endpoint is there no more. */
  end(): void {
    this.#endpoint = ended;
    this.#held = [];
  }
}

const ended: Pick<Endpoint, 'addCandidate'> = { addCandidate: () => undefined };
