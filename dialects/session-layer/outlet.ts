import type { SessionClient } from '../../cluster/port.js';
import type { Frame } from '../../transport/frame.js';
import { chargeTold } from '../../transport/gate/account.js';
import { Backlog } from './backlog.js';
import type { BacklogLimits } from './backlog.js';
import { Told } from './told.js';

/** Where everything goes that a client is told: to its connection, or while it has none to its backlog. Some clients keep it themselves. */
export class Outlet {
  readonly #limits: BacklogLimits;
  readonly #backlog: Backlog;
  /** In place of the backlog, for a client that counts what it is told. */
  #told: Told | undefined;
  readonly #onOverflow: () => void;
  #connection: SessionClient | undefined;
  /** A client that keeps what it is told, with a connection and without. */
  #keeper: SessionClient | undefined;
  /** What waits for the answer of the running request. */
  #held: (() => void)[] | undefined;
  #closed = false;

  /**
   * @param connection undefined: it begins without one
   * @param onOverflow called when the client has missed more than it may. It must not end anything at once: a room may be telling
   */
  constructor(connection: SessionClient | undefined, limits: BacklogLimits, onOverflow: () => void) {
    this.#connection = connection;
    this.#keeper = keeperOf(connection);
    this.#limits = limits;
    this.#backlog = new Backlog(limits);
    this.#onOverflow = onOverflow;
  }

  get connection(): SessionClient | undefined {
    return this.#connection;
  }

  /** The client, where it keeps what it is told. */
  get keeper(): SessionClient | undefined {
    return this.#keeper;
  }

  /** Everything goes to this client, which has no connection yet. */
  keepAt(client: SessionClient): void {
    this.#keeper = client;
  }

  /** What is kept for a client that does not count, in order. */
  get missed(): readonly Frame[] {
    return this.#backlog.frames;
  }

  get told(): Told | undefined {
    return this.#told;
  }

  /** From the next message on the client counts what it is told, or does not. @param told of another process */
  count(counts: boolean, told = new Told(this.#limits)): void {
    this.#told = counts && !this.#keeper ? told : undefined;
  }

  /** Goes on with another connection. What was missed is sent there first. @param received as for `Told.after` */
  attach(connection: SessionClient, received: number | undefined): void {
    this.#connection = connection;
    this.#keeper = keeperOf(connection);
    if (!connection.open || this.#keeper) return;
    for (const frame of [...this.#backlog.take(), ...(this.#told?.after(received) ?? [])]) connection.send(frame);
    this.#told?.allSent();
  }

  /** What comes from now on is kept. */
  detach(): void {
    this.#connection = undefined;
  }

  /** What was kept is dropped, and nothing more is kept. */
  close(): void {
    this.#closed = true;
    this.#connection = undefined;
    this.#keeper = undefined;
    this.#backlog.take();
    this.#told = undefined;
  }

  /** @param withinMs as `SessionClient.send` */
  send(frame: Frame, withinMs?: number): void {
    if (this.#keeper) {
      chargeTold(frame.length);
      this.#keeper.send(frame, withinMs);
      return;
    }
    this.#connection?.send(frame);
    if (this.#told) {
      if (!this.#told.add(frame, this.#connection?.open === true)) this.#onOverflow();
    } else if (!this.#connection && !this.#closed && !this.#backlog.add(frame)) this.#onOverflow();
  }

  /** As `send`, but after the answer of the running request if that is answered first. */
  tell(frame: Frame, withinMs?: number): void {
    if (!this.#held) this.send(frame, withinMs);
    else
      this.#held.push(() => {
        this.send(frame);
      });
  }

  /** As `tell`, of what is kept for no client that is away, and that no client counts. */
  pass(frame: Frame): void {
    if (this.#held)
      this.#held.push(() => {
        this.pass(frame);
      });
    else if (this.#keeper) {
      chargeTold(frame.length);
      this.#keeper.pass(frame);
    } else this.#connection?.pass(frame);
  }

  /** A request that is answered first runs. */
  hold(): void {
    this.#held = [];
  }

  /** It is answered. */
  sendHeld(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const tell of held ?? []) tell();
  }
}

function keeperOf(client: SessionClient | undefined): SessionClient | undefined {
  return client?.keeps === true ? client : undefined;
}
