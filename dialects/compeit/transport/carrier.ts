import type { CompeitSettings } from '../options.js';
import type { Outgoing } from './outgoing.js';

/** The bounds of the transport (COMPEIT §2.6, §2.9). */
export type TransportLimits = Pick<
  CompeitSettings,
  | 'heartbeatIntervalMs'
  | 'heartbeatTimeoutMs'
  | 'closeTimeoutMs'
  | 'pollMs'
  | 'handshakeMs'
  | 'maxPacketBytes'
  | 'maxQueuedPackets'
  | 'maxQueuedBytes'
  | 'maxSessionsPerAddress'
>;

/** How packets of one session travel, once it is open. */
export interface Carrier {
  readonly kind: 'websocket' | 'xhr-polling';
  send(packet: Outgoing): void;
  /**
   * Sends what is due, then ends, and calls `finished` when nothing more can be delivered. With `isGone` the client is not there any
   * more, and it ends at once. Does nothing the second time.
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
