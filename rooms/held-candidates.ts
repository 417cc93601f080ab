import type { Endpoint, IceCandidate } from '../media/port.js';

/** Candidates of one endpoint; a client that sends more loses them. */
const maxHeld = 64;

/**
 * Remote candidates of one endpoint that does not exist yet: clients send them as soon as they have made an offer
 * (docs/protocols/kurento-room.md#36-onicecandidate).
 */
export class HeldCandidates {
  readonly #candidates: IceCandidate[] = [];

  add(candidate: IceCandidate): void {
    if (this.#candidates.length < maxHeld) this.#candidates.push(candidate);
  }

  takeOver(other: HeldCandidates): void {
    for (const candidate of other.#candidates.splice(0)) this.add(candidate);
  }

  /** The endpoint is there. */
  handTo(endpoint: Endpoint): void {
    for (const candidate of this.#candidates.splice(0)) endpoint.addCandidate(candidate);
  }
}
