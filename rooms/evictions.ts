import { RoomError } from './errors.js';
import type { Journal } from './journal.js';
import { refusalFields } from './records.js';

/** How long an evicted participant may not be back where nothing else is set. */
export const defaultEvictionMs = 30_000;
/** More are not kept; the oldest is forgotten. */
const maxEvictions = 10_000;
/** Of one session. */
const maxRooms = 100;

/** What a participant is known by when it comes back. */
export interface Returner {
  readonly identity: string;
  readonly session: object | undefined;
  readonly sessionId?: string | undefined;
}

/**
 * Which participants may not be back yet. It belongs to all rooms, since the eviction of the last participant closes its room. A session
 * is not kept alive by it.
 */
export class Evictions {
  readonly #ms: number;
  readonly #now: () => number;
  readonly #keep: Journal['changed'];
  /** When each ends, by room and identity or id of a session, in the order in which they end. */
  readonly #ends = new Map<string, number>();
  readonly #sessions = new WeakMap<object, Map<string, number>>();

  /**
   * @param ms 0: everybody may be back at once
   * @param keep told of each change
   */
  constructor(ms: number, now: () => number, keep: Journal['changed'] = () => undefined) {
    this.#ms = ms;
    this.#now = now;
    this.#keep = keep;
  }

  /** How many are kept that are known by a text. */
  get size(): number {
    return this.#ends.size;
  }

  /** Those that are known by a text: other sessions come back under their identity. */
  get record(): [string, number][] {
    return [...this.#ends];
  }

  restore(ends: readonly (readonly [string, number])[]): void {
    for (const [key, end] of ends) put(this.#ends, key, end, maxEvictions);
  }

  /** In place of what is known of a room. @param evictions when they end, by identity */
  restoreRoom(room: string, evictions: readonly (readonly [string, number])[]): void {
    for (const key of this.#ends.keys()) if (placeOf(key)[0] === room) this.#ends.delete(key);
    const known = [...this.#ends, ...evictions.map(([identity, end]) => [keyOf(room, identity), end] as const)];
    this.#ends.clear();
    // In the order in which they end.
    for (const [key, end] of known.sort(([, one], [, other]) => one - other)) put(this.#ends, key, end, maxEvictions);
  }

  evicted(room: string, { identity, session, sessionId }: Returner): void {
    if (this.#ms === 0) return;
    const end = this.#now() + this.#ms;
    for (const known of [identity, ...(sessionId === undefined ? [] : [markOf(sessionId)])]) {
      put(this.#ends, keyOf(room, known), end, maxEvictions);
      this.#keep(room, refusalFields.eviction(known), () => ({ until: end }));
    }
    this.#forgetEnded();
    if (!session) return;
    const rooms = this.#sessions.get(session) ?? new Map<string, number>();
    this.#sessions.set(session, rooms);
    put(rooms, room, end, maxRooms);
  }

  /** @throws RoomError `evicted` */
  assertMayEnter(room: string, { identity, session, sessionId }: Returner): void {
    if (this.#ends.size > 0) this.#forgetEnded();
    // Each eviction is kept by identity, those by session too.
    if (this.#ends.size === 0) return;
    const end = Math.max(
      this.#ends.get(keyOf(room, identity)) ?? 0,
      (session && this.#sessions.get(session)?.get(room)) ?? 0,
      (sessionId === undefined ? undefined : this.#ends.get(keyOf(room, markOf(sessionId)))) ?? 0,
    );
    const seconds = Math.ceil((end - this.#now()) / 1_000);
    if (seconds <= 0) return;
    throw new RoomError('evicted', `You were removed from room "${room}" and may be back in ${seconds} s`, {
      retry: true,
    });
  }

  #forgetEnded(): void {
    const now = this.#now();
    for (const [key, end] of this.#ends) {
      if (end > now) return;
      this.#ends.delete(key);
      const [room, identity] = placeOf(key);
      this.#keep(room, refusalFields.eviction(identity), undefined);
    }
  }
}

/** As the last one. */
function put(ends: Map<string, number>, key: string, end: number, max: number): void {
  ends.delete(key);
  ends.set(key, end);
  const [oldest] = ends.keys();
  if (ends.size > max && oldest !== undefined) ends.delete(oldest);
}

function keyOf(room: string, identity: string): string {
  return JSON.stringify([room, identity]);
}

/** In place of an identity. No identity begins like this. */
function markOf(sessionId: string): string {
  return `\0session ${sessionId}`;
}

/** @param key of `keyOf` */
function placeOf(key: string): [room: string, identity: string] {
  return JSON.parse(key) as [string, string];
}
