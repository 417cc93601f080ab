import type { Known } from './bans.js';
import { RoomError } from './errors.js';
import type { Later } from './later.js';

/** More do not wait for one room. */
const maxWaiting = 100;
/** How long an admission, a refusal, and the knock of a client that cannot be told hold, in ms. */
const holdsMs = 60_000;

/** Somebody who waits until a moderator lets them in. */
export interface Waiting {
  /** For moderators to name them; it is no id of a participant. */
  readonly id: string;
  readonly name: string;
  readonly door: string;
  /** In ms since 1970. */
  readonly since: number;
}

/** A client that can be told what became of its knock. Other clients ask again. */
export interface Knocker {
  /** Called from the event loop: admitted, and it may join within a minute; or denied. */
  readonly told: (outcome: { readonly admitted: true } | { readonly admitted: false; readonly reason: string }) => void;
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
}

interface Knock extends Waiting {
  readonly key: string;
  readonly knocker: Knocker | undefined;
  readonly end: () => void;
}

/** Told to moderators when somebody begins to wait, and when they do not wait any more. */
type OnChange = (waiting: Waiting, isWaiting: boolean) => void;

/** The waiting room of one room. */
export class Lobby {
  readonly #now: () => number;
  readonly #later: Later;
  readonly #onChange: OnChange;
  readonly #knocks = new Map<string, Knock>();
  /** What was decided, by key, until it is used or too old. */
  readonly #decisions = new Map<string, { readonly admitted: boolean; readonly end: () => void }>();
  #lastId = 0;

  constructor(now: () => number, later: Later, onChange: OnChange) {
    this.#now = now;
    this.#later = later;
    this.#onChange = onChange;
  }

  /** In the order in which they came. */
  get waiting(): readonly Waiting[] {
    return [...this.#knocks.values()].map(({ id, name, door, since }) => ({ id, name, door, since }));
  }

  /**
   * Lets in somebody whom a moderator has admitted; anybody else begins to wait, or goes on to.
   * @throws RoomError `waiting`; `not-allowed` for a minute after a moderator has denied; `room-full` when too many wait
   */
  pass(known: Known, door: string, knocker: Knocker | undefined): void {
    const key = keyOf(known);
    const decision = this.#decisions.get(key);
    if (decision?.admitted) return;
    if (decision) throw new RoomError('not-allowed', 'A moderator did not let you in');
    const present = this.#knocks.get(key);
    if (!present && this.#knocks.size >= maxWaiting) throw new RoomError('room-full', 'Too many wait for this room');
    if (present) present.end();
    const id = present?.id ?? this.#nextId();
    this.#knock(
      { key, knocker, id, name: known.name, door, since: present?.since ?? this.#now() },
      present !== undefined,
    );
    const place = [...this.#knocks.keys()].indexOf(key) + 1;
    throw new RoomError('waiting', 'The host has been asked to let you in; try again in a moment', {
      retry: true,
      details: { place },
    });
  }

  /** They are in: the admission is used. */
  entered(known: Known): void {
    const key = keyOf(known);
    this.#decisions.get(key)?.end();
    this.#decisions.delete(key);
  }

  /** @returns whether somebody of that id waits */
  admit(id: string): boolean {
    return this.#decide(id, true, '');
  }

  /** @returns as `admit` */
  deny(id: string, reason: string): boolean {
    return this.#decide(id, false, reason);
  }

  admitAll(): void {
    for (const { id } of this.waiting) this.admit(id);
  }

  /** The room has closed. */
  close(): void {
    for (const { id } of this.waiting) this.deny(id, 'The room is closed');
    for (const { end } of this.#decisions.values()) end();
    this.#decisions.clear();
  }

  #nextId(): string {
    this.#lastId += 1;
    return `waiting-${this.#lastId}`;
  }

  #knock(knock: Omit<Knock, 'end'>, isAgain: boolean): void {
    const leave = (): void => {
      if (this.#knocks.get(knock.key)?.id !== knock.id) return;
      this.#remove(knock.key);
    };
    const { gone } = knock.knocker ?? {};
    const endWait = gone ? undefined : this.#later(holdsMs, leave);
    gone?.addEventListener('abort', leave, { once: true });
    const whole = {
      ...knock,
      end: () => {
        endWait?.();
        gone?.removeEventListener('abort', leave);
      },
    };
    this.#knocks.set(knock.key, whole);
    if (!isAgain) this.#onChange(whole, true);
    if (gone?.aborted) leave();
  }

  #remove(key: string): Knock | undefined {
    const knock = this.#knocks.get(key);
    if (!knock) return undefined;
    this.#knocks.delete(key);
    knock.end();
    this.#onChange(knock, false);
    return knock;
  }

  #decide(id: string, admitted: boolean, reason: string): boolean {
    const [key] = [...this.#knocks].find(([, knock]) => knock.id === id) ?? [];
    const knock = key === undefined ? undefined : this.#remove(key);
    if (!knock) return false;
    const end = this.#later(holdsMs, () => this.#decisions.delete(knock.key));
    this.#decisions.set(knock.key, { admitted, end });
    knock.knocker?.told(admitted ? { admitted } : { admitted, reason });
    return true;
  }
}

function keyOf({ identity, name, address }: Known): string {
  return JSON.stringify(identity === undefined ? [name, address] : [identity]);
}
