import { randomUUID } from 'node:crypto';
import type { MediaObject } from '../objects/media-object.js';

/** Where the events of a session go: the socket it is on. */
export interface EventChannel {
  send(text: string): void;
}

/** A client as the server knows it; outlives its socket (Kurento media protocol §4). */
export class Session {
  readonly id: string;
  /** Objects that stay because this session uses them. */
  readonly held = new Set<MediaObject>();
  channel: EventChannel | undefined;
  /** In ms of the sessions' clock. */
  usedAt: number;

  constructor(id: string, now: number) {
    this.id = id;
    this.usedAt = now;
  }

  /** An object is held with its parents. */
  hold(object: MediaObject): void {
    for (let one: MediaObject | undefined = object; one; one = one.parent) this.held.add(one);
  }
}

/** All sessions. Those without a socket are dropped when nobody used them for a whole period. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #clock: () => number;
  readonly #periodMs: number;
  readonly #dropped: (session: Session) => void;
  #timer: NodeJS.Timeout | undefined;

  /** `dropped` hears of each session that ends, when it is forgotten already; `clock` is in ms. */
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

  /** The session with this id, made on the spot when it is unknown: clients come back with ids from before a restart. */
  open(id: string = randomUUID()): Session {
    const known = this.find(id);
    if (known) return known;
    const session = new Session(id, this.#clock());
    this.#sessions.set(id, session);
    return session;
  }

  /** True when some session holds the object. */
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
