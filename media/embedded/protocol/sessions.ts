import { randomUUID } from 'node:crypto';
import type { MediaObject } from '../objects/media-object.js';

/** The socket to which the events of a session go. */
export interface EventChannel {
  send(text: string): void;
}

/** A client of the server. It may outlive its socket (docs/protocols/kurento-media.md#4-sessions-and-lifetime). */
export class Session {
  readonly id: string;
  /** Objects that are not released while this session uses them. */
  readonly held = new Set<MediaObject>();
  channel: EventChannel | undefined;
  /** Time of the last use, in ms of the sessions' clock. */
  usedAt: number;

  constructor(id: string, now: number) {
    this.id = id;
    this.usedAt = now;
  }

  /** Holds the object and its parents. */
  hold(object: MediaObject): void {
    for (let one: MediaObject | undefined = object; one; one = one.parent) this.held.add(one);
  }
}

/** All sessions. A session without a socket is dropped when it was not used for a whole period. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #clock: () => number;
  readonly #periodMs: number;
  readonly #dropped: (session: Session) => void;
  #timer: NodeJS.Timeout | undefined;

  /** `dropped` is called after a session was removed. `clock` returns ms. */
  constructor(periodMs: number, dropped: (session: Session) => void, clock: () => number) {
    this.#periodMs = periodMs;
    this.#dropped = dropped;
    this.#clock = clock;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.collect();
    }, this.#periodMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  get all(): Session[] {
    return [...this.#sessions.values()];
  }

  find(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (session) session.usedAt = this.#clock();
    return session;
  }

  /** The session with this id. An unknown one is created: clients come back with ids from before a restart. */
  open(id: string = randomUUID()): Session {
    const known = this.find(id);
    if (known) return known;
    const session = new Session(id, this.#clock());
    this.#sessions.set(id, session);
    return session;
  }

  /** True when any session holds the object. */
  isHeld(object: MediaObject): boolean {
    for (const session of this.#sessions.values()) if (session.held.has(object)) return true;
    return false;
  }

  forgetObject(object: MediaObject): void {
    for (const session of this.#sessions.values()) session.held.delete(object);
  }

  drop(session: Session): void {
    if (!this.#sessions.delete(session.id)) return;
    session.channel = undefined;
    this.#dropped(session);
  }

  collect(): void {
    const now = this.#clock();
    for (const session of this.all) {
      if (session.channel) session.usedAt = now;
      else if (now - session.usedAt >= this.#periodMs) this.drop(session);
    }
  }
}
