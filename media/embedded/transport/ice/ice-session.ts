import type { Address, Binding, IceCredentials } from './binding.js';
import { isSigned, newCredentials, newTransaction, writeCheck, writeRoleConflict, writeSuccess } from './binding.js';

/** Addresses of the other side that are checked; a browser has about ten. */
const mostPeers = 32;
/** Of one address: the pause after the first check. It doubles with each. */
const firstPauseMs = 250;
const mostChecks = 7;
/** How often the address in use is asked whether it still wants our packets (RFC 7675 §5.1). */
const consentMs = 2_500;
/** Of a peer-reflexive candidate (RFC 8445 §5.1.2.1). */
const priority = (110 << 24) + (65_535 << 8) + 255;

interface Peer {
  readonly at: Address;
  /** Of the check that is under way. */
  transaction: Buffer;
  checks: number;
  nextAt: number;
  hasAnswered: boolean;
}

export interface IceSessionOptions {
  readonly remote: IceCredentials;
  readonly send: (packet: Buffer, to: Address) => void;
  /** The other side has chosen an address, or another one. */
  readonly chosen: () => void;
}

/**
 * One ICE session of the side that answers (RFC 8445): it proves the checks of the other side, makes its own, and uses the address that
 * the other side nominates.
 */
export class IceSession {
  readonly own = newCredentials();
  readonly #options: IceSessionOptions;
  readonly #peers: Peer[] = [];
  #chosen: Peer | undefined;
  #heardAt = -Infinity;

  constructor(options: IceSessionOptions) {
    this.#options = options;
  }

  /** Where media goes to. Undefined before the other side has said so. */
  get chosen(): Address | undefined {
    return this.#chosen?.at;
  }

  /** When the other side last proved that it is there. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** A candidate of the other side. */
  addPeer(at: Address, now: number): void {
    this.#peerAt(at, now);
  }

  /** @returns whether the message belongs to this session */
  take(packet: Buffer, binding: Binding, from: Address, now: number): boolean {
    return binding.type === 'request'
      ? this.#asked(packet, binding, from, now)
      : this.#answered(packet, binding, from, now);
  }

  tick(now: number): void {
    for (const peer of this.#peers) if (now >= peer.nextAt) this.#check(peer, now);
  }

  #asked(packet: Buffer, binding: Binding, from: Address, now: number): boolean {
    const { own } = this;
    const { remote, send, chosen } = this.#options;
    if (binding.username !== `${own.ufrag}:${remote.ufrag}` || !isSigned(packet, binding, own.password)) return false;
    this.#heardAt = now;
    if (binding.role !== 'controlling') {
      send(writeRoleConflict(binding, own.password), from);
      return true;
    }
    const peer = this.#peerAt(from, now, true);
    send(writeSuccess(binding, from, own.password), from);
    if (!binding.nominates || !peer || peer === this.#chosen) return true;
    this.#chosen = peer;
    peer.nextAt = now;
    chosen();
    return true;
  }

  #answered(packet: Buffer, binding: Binding, from: Address, now: number): boolean {
    const peer = this.#peers.find(({ transaction }) => transaction.equals(binding.transaction));
    if (!peer || !isSame(peer.at, from) || !isSigned(packet, binding, this.#options.remote.password)) return false;
    if (binding.type === 'success') {
      this.#heardAt = now;
      peer.hasAnswered = true;
    }
    return true;
  }

  /** @param isProven whether the client has sent from there: that counts for more than what it only tells */
  #peerAt(at: Address, now: number, isProven = false): Peer | undefined {
    const known = this.#peers.find((peer) => isSame(peer.at, at));
    if (known) return known;
    const peer = { at, transaction: newTransaction(), checks: 0, nextAt: now, hasAnswered: false };
    if (this.#peers.length >= mostPeers) {
      const other = this.#peers.findIndex((each) => each !== this.#chosen);
      if (isProven) this.#peers.splice(other, 1);
      else return undefined;
    }
    this.#peers.push(peer);
    return peer;
  }

  /** Of those that have answered, the chosen one alone is asked again. */
  #check(peer: Peer, now: number): void {
    const isChosen = peer === this.#chosen;
    if (!isChosen && (peer.hasAnswered || peer.checks >= mostChecks)) {
      peer.nextAt = Infinity;
      return;
    }
    const { remote, send } = this.#options;
    peer.nextAt = now + (peer.hasAnswered ? consentMs : Math.min(consentMs, firstPauseMs * 2 ** peer.checks));
    peer.checks += 1;
    if (peer.hasAnswered) peer.transaction = newTransaction();
    const { transaction } = peer;
    const username = `${remote.ufrag}:${this.own.ufrag}`;
    send(writeCheck({ transaction, username, password: remote.password, role: 'controlled', priority }), peer.at);
  }
}

function isSame(one: Address, other: Address): boolean {
  return one.port === other.port && one.address === other.address;
}
