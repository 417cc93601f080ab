import type { Connection } from '../../transport/connection.js';
import type { Frame } from '../../transport/frame.js';
import { Backlog } from './backlog.js';
import type { BacklogLimits } from './backlog.js';

/** Where everything goes that a client is told: to its connection, or while it has none to its backlog. */
export class Outlet {
  readonly #backlog: Backlog;
  readonly #onOverflow: () => void;
  #connection: Connection | undefined;
  /** What waits for the answer of the running request. */
  #held: Frame[] | undefined;
  #closed = false;

  /**
   * @param connection undefined: it begins without one
   * @param onOverflow called when the client has missed more than it may. It must not end anything at once: a room may be telling
   */
  constructor(connection: Connection | undefined, limits: BacklogLimits, onOverflow: () => void) {
    this.#connection = connection;
    this.#backlog = new Backlog(limits);
    this.#onOverflow = onOverflow;
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** What is kept, in order. */
  get missed(): readonly Frame[] {
    return this.#backlog.frames;
  }

  /** Goes on with another connection. What was missed is sent there first. */
  attach(connection: Connection): void {
    this.#connection = connection;
    if (connection.open) for (const frame of this.#backlog.take()) connection.send(frame);
  }

  /** What comes from now on is kept. */
  detach(): void {
    this.#connection = undefined;
  }

  /** What was kept is dropped, and nothing more is kept. */
  close(): void {
    this.#closed = true;
    this.#connection = undefined;
    this.#backlog.take();
  }

  send(frame: Frame): void {
    if (this.#connection) this.#connection.send(frame);
    else if (!this.#closed && !this.#backlog.add(frame)) this.#onOverflow();
  }

  /** As `send`, but after the answer of the running request if that is answered first. */
  tell(frame: Frame): void {
    if (this.#held) this.#held.push(frame);
    else this.send(frame);
  }

  /** A request that is answered first runs. */
  hold(): void {
    this.#held = [];
  }

  /** It is answered. */
  sendHeld(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const frame of held ?? []) this.send(frame);
  }
}
