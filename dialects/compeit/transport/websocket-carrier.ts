import type { Connection } from '../../../transport/connection.js';
import { Patience } from '../../../transport/gate/patience.js';
import type { Carrier, CarrierOwner, TransportLimits } from './carrier.js';
import { Outgoing } from './outgoing.js';
import { heartbeat } from './packet.js';

const beat = new Outgoing(heartbeat);

/**
 * Sends each packet as a text frame, and a heartbeat at an interval (docs/protocols/compeit.md#24-websocket,
 * #26-timers).
 */
export class WebSocketCarrier implements Carrier {
  readonly kind = 'websocket';
  readonly #connection: Connection;
  readonly #heart: NodeJS.Timeout;
  readonly #silence: Patience;

  constructor(connection: Connection, owner: CarrierOwner, limits: TransportLimits) {
    this.#connection = connection;
    this.#heart = setInterval(() => {
      connection.send(beat.frame);
    }, limits.heartbeatIntervalMs).unref();
    // Its library answers the pings of a WebSocket even when the client itself is gone.
    this.#silence = new Patience(limits.heartbeatTimeoutMs, () => {
      owner.connectionLost('silence');
    });
    connection.listen({
      text: (text) => {
        this.#silence.again();
        owner.receive(text);
      },
      overBudget: () => {
        owner.overBudget();
      },
      binary: () => {
        owner.connectionLost('a binary frame');
      },
      closed: (reason) => {
        owner.connectionLost(reason);
      },
    });
  }

  send(packet: Outgoing): void {
    this.#connection.send(packet.frame);
  }

  close(finished: () => void): void {
    clearInterval(this.#heart);
    this.#silence.stop();
    this.#connection.close(1000, '');
    finished();
  }
}
