import type { SessionClient, UnusedRule } from '../../cluster/port.js';
import type { Connection } from '../../transport/connection.js';
import type { Frame } from '../../transport/frame.js';

/** A client whose connection ends in this process. */
export class SocketClient implements SessionClient {
  readonly keeps = false;
  /** It is where this process is. */
  readonly region = undefined;
  readonly #connection: Connection;
  readonly #closeUnusedAfterMs: number;
  #closing: NodeJS.Timeout | undefined;
  #isPingUse = false;

  /** @param closeUnusedAfterMs how long after `closeUnlessUsed` the server closes the connection */
  constructor(connection: Connection, closeUnusedAfterMs: number) {
    this.#connection = connection;
    this.#closeUnusedAfterMs = closeUnusedAfterMs;
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

  pass(frame: Frame): void {
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
    }, this.#closeUnusedAfterMs).unref();
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
