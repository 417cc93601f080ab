import { RoomError } from './errors.js';
import type { BanWish } from './index.js';
import type { Journal } from './journal.js';
import { refusalFields } from './records.js';
import type { RoomRefusals, RoomsRecord } from './records.js';

/** Of one room. The timed ban that ends first goes when there are more. */
const maxBans = 1_000;
/** Rooms of which bans are kept that outlive them. */
const maxRooms = 10_000;
/** How long a revocation of tokens holds, in ms: longer than most tokens are valid. */
const revocationMs = 24 * 3_600_000;

/** How somebody is known at the entrance of a room. */
export interface Known {
  /** Proved by a token or a hook. Then name and address do not matter. */
  readonly identity: string | undefined;
  readonly name: string;
  readonly address: string | undefined;
}

export interface Ban {
  readonly id: string;
  readonly identity?: string | undefined;
  readonly name?: string | undefined;
  readonly address?: string | undefined;
  /** In ms since 1970; null: as long as the room lives. */
  readonly until: number | null;
}

/** People whom moderators do not want in a room again. It belongs to all rooms, since a timed ban outlives its room. */
export class Bans {
  readonly #now: () => number;
  readonly #keep: Journal['changed'];
  readonly #byRoom = new Map<string, Map<string, Ban>>();
  /** In ms since 1970, by room and identity: tokens that became valid before are refused. */
  readonly #revocations = new Map<string, { readonly before: number; readonly until: number }>();
  #lastId = 0;

  /** @param keep told of each change */
  constructor(now: () => number, keep: Journal['changed'] = () => undefined) {
    this.#now = now;
    this.#keep = keep;
  }

  /** Whether anybody is banned from any room, or has had a token revoked. */
  get hasAny(): boolean {
    return this.#byRoom.size > 0 || this.#revocations.size > 0;
  }

  get record(): Pick<RoomsRecord['refusals'], 'bans' | 'lastBan' | 'revocations'> {
    return {
      bans: [...this.#byRoom].map(([room, bans]) => [room, [...bans.values()]]),
      lastBan: this.#lastId,
      revocations: [...this.#revocations],
    };
  }

  restore({ bans, lastBan, revocations }: RoomsRecord['refusals']): void {
    this.#lastId = lastBan;
    for (const [room, list] of bans) this.#byRoom.set(room, new Map(list.map((ban) => [keyOf(ban), ban])));
    for (const [key, revocation] of revocations) this.#revocations.set(key, revocation);
  }

  /** In place of what is known of a room. */
  restoreRoom(room: string, { bans, revocations }: Pick<RoomRefusals, 'bans' | 'revocations'>): void {
    this.#byRoom.delete(room);
    if (bans.length > 0) this.#byRoom.set(room, new Map(bans.map((ban) => [keyOf(ban), ban])));
    this.#lastId = Math.max(this.#lastId, ...bans.map(({ id }) => Number(id) || 0));
    for (const key of this.#revocations.keys()) if (roomOf(key) === room) this.#revocations.delete(key);
    for (const [identity, revocation] of revocations) this.#revocations.set(keyIn(room, identity), revocation);
  }

  /** @param ms -1: as long as the room lives */
  add(room: string, known: BanWish, ms: number): Ban {
    const bans = this.#byRoom.get(room) ?? new Map<string, Ban>();
    this.#byRoom.delete(room);
    this.#byRoom.set(room, bans);
    const [oldestRoom] = this.#byRoom.keys();
    if (this.#byRoom.size > maxRooms && oldestRoom !== undefined) this.#byRoom.delete(oldestRoom);
    const { identity, name, address } = known;
    const byName = { ...(name !== undefined && { name }), ...(address !== undefined && { address }) };
    this.#lastId += 1;
    const banned = identity === undefined ? byName : { identity };
    const ban = { id: String(this.#lastId), ...banned, until: ms < 0 ? null : this.#now() + ms };
    this.#forget(room, bans, bans.get(keyOf(ban)));
    bans.set(keyOf(ban), ban);
    this.#keep(room, refusalFields.ban(ban.id), () => ban);
    if (bans.size > maxBans) this.#forget(room, bans, firstToEnd([...bans.values()]));
    return ban;
  }

  /** Those that hold, oldest first. */
  of(room: string): readonly Ban[] {
    this.#forgetEnded(room);
    return [...(this.#byRoom.get(room)?.values() ?? [])];
  }

  /** @returns whether there was such a ban */
  lift(room: string, id: string): boolean {
    const ban = this.of(room).find((each) => each.id === id);
    this.#forget(room, this.#byRoom.get(room), ban);
    return ban !== undefined;
  }

  /** Refuses tokens of that identity for that room that became valid before a time, in ms since 1970. */
  revoke(room: string, identity: string, before: number): void {
    const now = this.#now();
    for (const [key, { until }] of this.#revocations) if (until <= now) this.#revocations.delete(key);
    const revocation = { before, until: now + revocationMs };
    this.#revocations.set(keyIn(room, identity), revocation);
    this.#keep(room, refusalFields.revocation(identity), () => revocation);
  }

  /**
   * @param validFrom of the token, in s since 1970
   * @throws RoomError `banned`, `token-invalid`
   */
  assertMayEnter(room: string, { identity, name, address }: Known, validFrom?: number): void {
    if (this.#revocations.size > 0 && identity !== undefined) this.#assertNotRevoked(room, identity, validFrom);
    if (!this.#byRoom.has(room)) return;
    const bans = this.of(room);
    const isBanned = bans.some((ban) =>
      ban.identity === undefined
        ? (ban.name ?? name) === name && (ban.address ?? address) === address
        : ban.identity === identity,
    );
    if (isBanned) throw new RoomError('banned', `A moderator has banned you from room "${room}"`);
  }

  /** The room has closed: bans for its life end. */
  roomClosed(room: string): void {
    const bans = this.#byRoom.get(room);
    if (!bans) return;
    for (const ban of bans.values()) if (ban.until === null) this.#forget(room, bans, ban);
    if (bans.size === 0) this.#byRoom.delete(room);
  }

  #forget(room: string, bans: Map<string, Ban> | undefined, ban: Ban | undefined): void {
    if (!bans || !ban) return;
    bans.delete(keyOf(ban));
    this.#keep(room, refusalFields.ban(ban.id), undefined);
  }

  #assertNotRevoked(room: string, identity: string, validFrom = 0): void {
    const revocation = this.#revocations.get(keyIn(room, identity));
    if (!revocation || revocation.until <= this.#now() || validFrom * 1_000 >= revocation.before) return;
    throw new RoomError('token-invalid', 'The token has been revoked');
  }

  #forgetEnded(room: string): void {
    const bans = this.#byRoom.get(room);
    if (!bans) return;
    const now = this.#now();
    for (const ban of bans.values()) if (ban.until !== null && ban.until <= now) this.#forget(room, bans, ban);
    if (bans.size === 0) this.#byRoom.delete(room);
  }
}

function keyIn(room: string, identity: string): string {
  return JSON.stringify([room, identity]);
}

/** @param key of `keyIn` */
function roomOf(key: string): unknown {
  const [room] = JSON.parse(key) as unknown[];
  return room;
}

function keyOf({ identity, name, address }: Ban): string {
  return JSON.stringify([identity, name, address]);
}

function firstToEnd(bans: readonly Ban[]): Ban {
  return bans.reduce((first, ban) => ((ban.until ?? Infinity) < (first.until ?? Infinity) ? ban : first));
}
