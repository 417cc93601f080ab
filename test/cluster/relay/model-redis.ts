import { ClusterError } from '../../../cluster/cluster-error.js';
import { comparePositions, readPosition } from '../../../cluster/position.js';
import type { Position } from '../../../cluster/position.js';
import { trimmedField } from '../../../cluster/room-store.js';
import type {
  Claim,
  Commit,
  LoggedFrame,
  Owner,
  OwnerInRedis,
  Ownership,
  Send,
  WholeRoom,
} from '../../../cluster/room-store.js';

interface OwnerKey extends Owner {
  readonly name: string;
  readonly seq: number;
  readonly version: number;
}

/** An entry of a log. One without slots says who has become the owner. */
type LogEntry = LoggedFrame | { readonly at: Position; readonly slots?: undefined };

interface Log {
  entries: LogEntry[];
  last: Position;
  /** When Redis forgets it, in ms. */
  ends: number;
}

/** What a replica of Redis has. */
export interface Replica {
  readonly owners: ReadonlyMap<string, OwnerKey>;
  readonly states: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly logs: ReadonlyMap<string, Readonly<Log>>;
  readonly sessions: ReadonlyMap<string, string>;
}

const nothing: Replica = { owners: new Map(), states: new Map(), logs: new Map(), sessions: new Map() };

/** Rules of Redis that a model may leave out, to see that somebody notices. */
export interface StoreRules {
  /** A commit that comes twice changes nothing the second time. */
  readonly isIdempotent: boolean;
  /** A node that has lost a room cannot write to it. */
  readonly fences: boolean;
}

/** What happens in Redis, for those who watch. */
export interface RedisWatcher {
  appended(hash: string, entry: LoggedFrame): void;
  claimed(hash: string, epoch: number): void;
  closed(hash: string): void;
  /** The state has that field no more. */
  removed(hash: string, field: string): void;
}

/** What cluster/scripts do, in memory and at once. */
export class ModelRedis {
  readonly rules: StoreRules;
  readonly #time: () => number;
  readonly #publish: (node: string, text: string) => boolean;
  readonly #isAlive: (node: string) => boolean;
  readonly #watcher: RedisWatcher;
  readonly #owners = new Map<string, OwnerKey>();
  readonly #states = new Map<string, Map<string, string>>();
  readonly #logs = new Map<string, Log>();
  readonly #resumeMs: number;
  readonly #sessions = new Map<string, string>();
  /** By room, entries of commits that may not be in Redis yet, in their order. */
  readonly #gathered = new Map<string, LoggedFrame[]>();
  #era = 0;

  /**
   * @param time of Redis, in ms. @param resumeMs how long the log of a closed room stays
   * @param publish says whether somebody listens
   * @param isAlive whether a node has its key and listens
   */
  constructor(
    rules: StoreRules,
    time: () => number,
    resumeMs: number,
    publish: (node: string, text: string) => boolean,
    isAlive: (node: string) => boolean,
    watcher: RedisWatcher,
  ) {
    this.rules = rules;
    this.#time = time;
    this.#resumeMs = resumeMs;
    this.#publish = publish;
    this.#isAlive = isAlive;
    this.#watcher = watcher;
  }

  /** What is there besides logs, which end by themselves. */
  get left(): readonly string[] {
    return [...this.leftOfRooms, ...this.#sessions.keys()];
  }

  get leftOfRooms(): readonly string[] {
    return [...this.#owners.keys(), ...this.#states.keys()];
  }

  /** The owner of each room. @returns `hasState`: whether there is something to lose of it */
  get owners(): readonly (Ownership & { readonly node: string; readonly hasState: boolean })[] {
    return [...this.#owners].map(([hash, { node, epoch }]) => ({
      hash,
      node,
      epoch,
      hasState: this.#states.has(hash),
    }));
  }

  /** Of all that was written until now. */
  replicate(): Replica {
    return {
      owners: new Map(this.#owners),
      states: new Map([...this.#states].map(([hash, state]) => [hash, new Map(state)])),
      logs: new Map([...this.#logs].map(([hash, log]) => [hash, { ...log, entries: [...log.entries] }])),
      sessions: new Map(this.#sessions),
    };
  }

  /**
   * Goes on with what a replica has: what was written since is lost, as is what is on its way.
   * @param replica default: Redis is empty then
   * @returns whether that happened: not where a room has changed its owner since, which might then have no owner that knows all of it
   */
  failOver(replica: Replica = nothing): boolean {
    if (replica !== nothing && [...this.#hashes(replica)].some((hash) => !this.#hasOwnerOf(hash, replica)))
      return false;
    this.#era += 1;
    refill(this.#owners, replica.owners);
    refill(
      this.#states,
      [...replica.states].map(([hash, state]) => [hash, new Map(state)]),
    );
    refill(
      this.#logs,
      [...replica.logs].map(([hash, log]) => [hash, { ...log, entries: [...log.entries] }]),
    );
    refill(this.#sessions, replica.sessions);
    return true;
  }

  /** Another one after each fail-over: commands of a former one are never executed. */
  get era(): number {
    return this.#era;
  }

  publish(node: string, text: string): boolean {
    return this.#publish(node, text);
  }

  claim(me: string, hash: string, name: string, seen = ''): Claim {
    const held = this.#owners.get(hash);
    const state = new Map(this.#states.get(hash));
    if (held?.node === me) {
      const { seq, version, logEnd } = held;
      return { type: 'mine', epoch: held.epoch, seq, version, state, logEnd };
    }
    if (held && (held.node !== seen || this.#isAlive(seen))) return { type: 'other', owner: ownerOf(held) };
    const version = held?.version ?? 1;
    const epoch = Math.max(Math.floor(this.#time()), (held?.epoch ?? 0) + 1, (this.#logOf(hash)?.last.epoch ?? 0) + 1);
    const logEnd = this.#logOf(hash)?.last;
    this.#owners.set(hash, { name, node: me, epoch, seq: 0, version, logEnd });
    this.#append(hash, { at: { epoch, seq: 0 } });
    this.#persist(hash);
    this.#watcher.claimed(hash, epoch);
    return { type: 'mine', epoch, seq: 0, version, state, logEnd };
  }

  /**
   * An owner has gathered a commit. A log that is short may lose its entries before Redis has them, when the room is written again: the
   * clients are told all the same.
   */
  gathered({ hash, epoch }: Ownership, { from, entries }: Commit): void {
    const list = this.#gathered.get(hash) ?? [];
    this.#gathered.set(hash, list);
    for (const [index, { slots, frame }] of entries.entries()) {
      list.push({ at: { epoch, seq: from + index + 1 }, slots, frame });
    }
  }

  /** @returns nodes at which nobody listened. @throws ClusterError */
  commit(me: string, { hash, epoch }: Ownership, turn: Commit): string[] {
    const held = this.#held(me, hash, epoch);
    if (!held) throw new ClusterError('GONE', 'the room has no owner');
    const isOwners = held.epoch === epoch || this.rules.fences;
    if (held.epoch < epoch) throw new ClusterError('GAP', `the epoch is ${held.epoch}`);
    if (isOwners && held.seq < turn.from) throw new ClusterError('GAP', `the log ends at ${held.seq}`);
    if (isOwners && held.seq > turn.from && this.rules.isIdempotent) {
      return turn.sends.flatMap(({ node }) => (this.#isAlive(node) ? [] : [node]));
    }
    if (isOwners) this.#owners.set(hash, { ...held, seq: turn.to });
    this.#change(hash, turn.changes);
    for (const [index, { slots, frame }] of turn.entries.entries()) {
      this.#append(hash, { at: { epoch, seq: turn.from + index + 1 }, slots, frame });
    }
    if (turn.trim) this.#trim(hash, turn.trim);
    for (const id of turn.sessions.keep) this.#sessions.set(id, hash);
    for (const id of turn.sessions.forget) if (this.#sessions.get(id) === hash) this.#sessions.delete(id);
    for (const [field, text] of turn.changes) if (text === undefined) this.#watcher.removed(hash, field);
    return this.#sendAll(turn.sends);
  }

  rewrite(me: string, { hash, epoch }: Ownership, room: WholeRoom): string[] {
    const held = this.#held(me, hash, epoch);
    if (held?.epoch === epoch && held.seq >= room.seq) return [];
    if ((this.#logOf(hash)?.last.epoch ?? 0) > epoch) throw new ClusterError('FENCED', 'the log has another epoch');
    this.#owners.set(hash, { name: room.name, node: me, epoch, seq: room.seq, version: room.version });
    this.#states.set(hash, new Map(room.state));
    for (const entry of this.#gathered.get(hash) ?? []) {
      if (entry.at.epoch === epoch && entry.at.seq <= room.seq) this.#watcher.appended(hash, entry);
    }
    const add = (entry: LogEntry): void => {
      if (this.#isNew(hash, entry.at)) this.#append(hash, entry);
    };
    const trimmed = readPosition(room.state.get(trimmedField) ?? '');
    if (trimmed) {
      add({ at: trimmed });
      this.#trim(hash, trimmed);
    }
    for (const entry of room.log) {
      if ((this.#logOf(hash)?.last.epoch ?? 0) < entry.at.epoch) add({ at: { epoch: entry.at.epoch, seq: 0 } });
      add(entry);
    }
    add({ at: { epoch, seq: 0 } });
    const log = this.#logOf(hash);
    if (log && log.last.seq < room.seq) log.last = { epoch, seq: room.seq };
    this.#persist(hash);
    for (const id of room.sessions) this.#sessions.set(id, hash);
    return this.#sendAll(room.sends);
  }

  handover(me: string, { hash, epoch }: Ownership, seq: number, to: string): number {
    const present = this.#owners.get(hash);
    if (!present) throw new ClusterError('GONE', 'the room has no owner');
    if (present.node === to && present.epoch === epoch + 1) return present.epoch;
    const held = this.#held(me, hash, epoch);
    if (!held || held.epoch < epoch || held.seq !== seq) throw new ClusterError('GAP', 'something is missing');
    if (!this.#isAlive(to)) throw new ClusterError('ABSENT', `there is no node ${to}`);
    this.#owners.set(hash, { ...held, node: to, epoch: epoch + 1, seq: 0, logEnd: undefined });
    this.#append(hash, { at: { epoch: epoch + 1, seq: 0 } });
    this.#watcher.claimed(hash, epoch + 1);
    return epoch + 1;
  }

  close(me: string, { hash, epoch }: Ownership): void {
    if (!this.#held(me, hash, epoch)) return;
    this.#owners.delete(hash);
    this.#states.delete(hash);
    this.#gathered.delete(hash);
    const log = this.#logOf(hash);
    if (log) log.ends = this.#time() + this.#resumeMs;
    this.#watcher.closed(hash);
  }

  ownerOf(hash: string): OwnerInRedis | undefined {
    const held = this.#owners.get(hash);
    return held && { ...ownerOf(held), seq: held.seq };
  }

  roomsOf(node: string): { readonly hash: string; readonly name: string }[] {
    return [...this.#owners].flatMap(([hash, held]) => (held.node === node ? [{ hash, name: held.name }] : []));
  }

  roomOf(session: string): string | undefined {
    return this.#sessions.get(session);
  }

  /** As `RoomStore.logSince`. */
  logSince(hash: string, after: Position, limit: number): LoggedFrame[] | undefined {
    const [first] = this.#logOf(hash)?.entries ?? [];
    if (!first) throw new ClusterError('GONE', 'the room has no log');
    return comparePositions(after, first.at) < 0 ? undefined : this.logAfter(hash, after, limit);
  }

  logAfter(hash: string, after: Position, limit: number): LoggedFrame[] {
    const entries = this.#logOf(hash)?.entries ?? [];
    const frames = entries.flatMap((entry) => (entry.slots === undefined ? [] : [entry]));
    return frames.filter(({ at }) => comparePositions(at, after) > 0).slice(0, limit);
  }

  stateOf(hash: string): ReadonlyMap<string, string> {
    return this.#states.get(hash) ?? new Map();
  }

  #hashes(replica: Replica): Set<string> {
    return new Set([...this.#owners.keys(), ...replica.owners.keys()]);
  }

  #hasOwnerOf(hash: string, replica: Replica): boolean {
    const [one, other] = [this.#owners.get(hash), replica.owners.get(hash)];
    return one?.node === other?.node && one?.epoch === other?.epoch;
  }

  /** @throws ClusterError FENCED */
  #held(me: string, hash: string, epoch: number): OwnerKey | undefined {
    const held = this.#owners.get(hash);
    const isFenced = held && (held.epoch > epoch || (held.epoch === epoch && held.node !== me));
    if (isFenced && this.rules.fences) {
      throw new ClusterError('FENCED', `the room belongs to ${held.node} with the epoch ${held.epoch}`);
    }
    return held;
  }

  #change(hash: string, changes: Commit['changes']): void {
    const state = this.#states.get(hash) ?? new Map<string, string>();
    for (const [field, text] of changes) {
      if (text === undefined) state.delete(field);
      else state.set(field, text);
    }
    if (state.size === 0) this.#states.delete(hash);
    else this.#states.set(hash, state);
  }

  #logOf(hash: string): Log | undefined {
    const log = this.#logs.get(hash);
    return log && log.ends > this.#time() ? log : undefined;
  }

  #persist(hash: string): void {
    const log = this.#logOf(hash);
    if (log) log.ends = Infinity;
  }

  #isNew(hash: string, at: Position): boolean {
    return comparePositions(at, this.#logOf(hash)?.last ?? { epoch: 0, seq: -1 }) > 0;
  }

  #append(hash: string, entry: LogEntry): void {
    const log = this.#logOf(hash) ?? { entries: [], last: entry.at, ends: Infinity };
    log.entries.push(entry);
    log.last = entry.at;
    this.#logs.set(hash, log);
    if (entry.slots !== undefined) this.#watcher.appended(hash, entry);
  }

  #trim(hash: string, first: Position): void {
    const log = this.#logOf(hash);
    if (log) log.entries = log.entries.filter(({ at }) => comparePositions(at, first) >= 0);
  }

  #sendAll(sends: readonly Send[]): string[] {
    return sends.flatMap(({ node, text }) => (this.#publish(node, text) ? [] : [node]));
  }
}

function ownerOf({ node, epoch, logEnd }: OwnerKey): Owner {
  return { node, epoch, logEnd };
}

function refill<Key, Value>(map: Map<Key, Value>, entries: Iterable<readonly [Key, Value]>): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}
