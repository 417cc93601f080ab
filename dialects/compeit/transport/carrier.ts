import type { Outgoing } from './outgoing.js';

/** The bounds of the transport (COMPEIT §2.6, §2.9). */
export interface TransportLimits {
  /** How often a WebSocket is sent a heartbeat, in ms. */
  readonly heartbeatIntervalMs: number;
  /** A WebSocket from which nothing comes for so long is given up; announced. In ms. */
  readonly heartbeatTimeoutMs: number;
  /** A client that does not poll for so long is given up; announced. In ms. */
  readonly closeTimeoutMs: number;
  /** How long a poll is held, in ms. */
  readonly pollMs: number;
  /** A session nobody opens is forgotten after so long, in ms. */
  readonly handshakeMs: number;
  /** Of one frame, or one body. */
  readonly maxPacketBytes: number;
  /** Packets that may wait for the next poll; one more ends the session. */
  readonly maxQueuedPackets: number;
  /** Bytes that may wait for a client; more end the session. */
  readonly maxQueuedBytes: number;
  /** Sessions from one address; one more is refused with 503. 0: any number. */
  readonly maxSessionsPerAddress: number;
}

/** How packets of one session travel, once it is open. */
export interface Carrier {
  readonly kind: 'websocket' | 'xhr-polling';
  send(packet: Outgoing): void;
  /**
   * Lets out what is due, then ends; `finished` when nothing more can be delivered. With `isGone` nobody is there to take it, and it ends
   * at once. Does nothing the second time.
   */
  close(finished: () => void, isGone: boolean): void;
}

/** Whose packets a carrier carries. */
export interface CarrierOwner {
  /** One packet came in. */
  receive(text: string): void;
  /** The client is gone. May be called more than once. */
  lost(reason: string): void;
}
