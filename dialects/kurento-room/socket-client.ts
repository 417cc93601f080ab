import type { SessionClient, UnusedRule } from '../../cluster/port.js';
import type { Connection } from '../../transport/connection.js';
import type { Frame } from '../../transport/frame.js';

/**
 * How long after its last use the server closes a connection, unless the client uses it again
 * (docs/protocols/kurento-room.md#38-leaveroom, #8-rooms-eviction-closing).
 */
const closeUnusedAfterMs = 1_000;

/** A client whose connection ends in this process. */
export class SocketClient implements SessionClient {
  readonly keeps = false;
  /** It is where this process is. */
  readonly region = undefined;
  readonly #connection: Connection;
  #closing: NodeJS.Timeout | undefined;
  #isPingUse = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get address(): string {
    return this.#connection.address;
  }

  get open(): boolean {
    return this.#connection.open;
  }

  send(frame: Frame): void {
    this.#connection.send(frame);
  }

  close(code: number, reason: string): void {
    this.#connection.close(code, reason);
  }

  closeUnlessUsed({ reason, isPingUse }: UnusedRule): void {
    clearTimeout(this.#closing);
    this.#isPingUse = isPingUse;
    this.#closing = setTimeout(() => {
      this.close(1000, reason);
    }, closeUnusedAfterMs).unref();
  }

  /** The client has sent a request about its session. */
  used(): void {
    clearTimeout(this.#closing);
  }

  /** A ping came. A page that does not know that its room is closed pings as well, and is closed nevertheless. */
  pinged(): void {
    if (this.#isPingUse) clearTimeout(this.#closing);
  }

  entered(): void {
    // Its session is in this process.
  }

  left(): void {
    // As `entered`.
  }
}
