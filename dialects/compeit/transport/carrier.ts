import type { Account } from '../../../transport/gate/account.js';
import type { DoorFigures } from '../../../transport/door-figures.js';
import type { CompeitSettings } from '../options.js';
import type { Outgoing } from './outgoing.js';

/** The limits of the transport (docs/protocols/compeit.md#26-timers, #29-limits). */
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
> & {
  /** How long a client may be connected before its first packet, in ms. */
  readonly firstRequestMs: number;
  /** How long a client may take for one packet that it has begun, in ms. */
  readonly messageMs: number;
};

/** Carries the packets of one open session. */
export interface Carrier {
  readonly kind: 'websocket' | 'xhr-polling';
  send(packet: Outgoing): void;
  /**
   * Sends what is due, then ends and calls `finished`. With `isGone` the client is not connected any more, so the carrier ends at once.
   * May be called twice.
   */
  close(finished: () => void, isGone: boolean): void;
}

/** The session whose packets a carrier carries. */
export interface CarrierOwner {
  /** Called for each packet of the client. */
  receive(text: string): void;
  readonly account: Account;
  readonly figures: DoorFigures;
  /** The IP address of the client. */
  readonly address: string;
  /** Called for the first packet that the budget of the client does not allow. The carrier ends right after it. */
  overBudget(): void;
  /** Ends the session; packets that are due are still delivered. */
  end(reason: string): void;
  /** Called when the client is not connected any more. May be called more than once. */
  connectionLost(reason: string): void;
}
