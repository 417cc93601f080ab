import type { Log } from '../log.js';
import type { Journal, RecordOf } from '../rooms/index.js';
import type { Clock } from './clock.js';
import { ClusterError, ElsewhereError } from './cluster-error.js';
import type { TakenRoom } from './take-over.js';
import { JournaledRooms } from './journaled-rooms.js';
import { roomHash } from './names.js';
import type { JournaledRoom, OwnedRoom } from './owned-room.js';
import type { OwnedRoomsParts } from './owned-rooms-parts.js';
import { OnceUp } from './once-up.js';
import { noRelay } from './room-relay.js';
import { Restoring, summarize } from './restoring.js';
import { within } from './within.js';

/** How long somebody may have to wait for Redis, in ms. */
const patienceMs = 5_000;
/** How long what is being served in a room may take before the room is given away, in ms. */
const servingMs = 5_000;

/** The rooms that this node owns, each with its journal in Redis. */
export class OwnedRooms implements Journal {
  readonly #clock: Pick<Clock, 'now' | 'later'>;
  readonly #log: Log;
  readonly #claims = new Map<string, Promise<OwnedRoom>>();
  #parts: OwnedRoomsParts | undefined;
  #haveBegun: (parts: OwnedRoomsParts) => void = () => undefined;
  readonly #begun = new Promise<OwnedRoomsParts>((resolve) => (this.#haveBegun = resolve));
  readonly #owned: JournaledRooms;
  readonly #restoring: Restoring;
  readonly #onceUp: OnceUp;
  /** Set when this node has left its rooms to others. */
  #hasLeft = false;

  constructor(clock: Pick<Clock, 'now' | 'later'>, log: Log) {
    this.#clock = clock;
    this.#log = log;
    this.#owned = new JournaledRooms(this.#begun, log);
    this.#restoring = new Restoring(this.#owned, clock, log);
    this.#onceUp = new OnceUp(clock);
  }

  /** Called once. Rooms that were taken before are restored now. */
  begin(parts: OwnedRoomsParts): void {
    this.#parts = parts;
    this.#haveBegun(parts);
  }

  get size(): number {
    return this.#owned.size;
  }

  get all(): Iterable<JournaledRoom> {
    return this.#owned.all;
  }

  /** Undefined for a room that this node does not own, or not for long any more. */
  find(name: string): JournaledRoom | undefined {
    const room = this.#owned.get(name);
    return room?.leaving ? undefined : room;
  }

  /**
   * Resolves when this node owns the room, and the room is restored if a dead node has left it.
   * @throws ElsewhereError; ClusterError AWAY, VERSION
   */
  async own(name: string): Promise<OwnedRoom> {
    const present = this.find(name);
    if (present) return present;
    const running = this.#claims.get(name);
    if (running) return running;
    const claim = this.#own(name).finally(() => this.#claims.delete(name));
    this.#claims.set(name, claim);
    return claim;
  }

  /** Whether this node owns the room, open or not: Redis is asked where somebody may have given it to this node. @throws ClusterError AWAY */
  async owns(name: string): Promise<boolean> {
    if (this.#owned.get(name)) return true;
    try {
      await this.ownGiven(roomHash(name));
      return true;
    } catch (error) {
      if (error instanceof ClusterError && (error.code === 'ELSEWHERE' || error.code === 'GONE')) return false;
      throw error;
    }
  }

  /** Nobody wants the room any more who has claimed it (`own`). It stays if it is open. */
  unused(name: string): void {
    const room = this.#owned.get(name);
    if (room && !this.#parts?.rooms.find(name)) this.#owned.closeSoon(room);
  }

  /**
   * As `own`, of a room that this node owns already as far as Redis knows: somebody has given it.
   * @throws ElsewhereError; ClusterError GONE when nobody owns it, AWAY
   */
  async ownGiven(hash: string): Promise<OwnedRoom> {
    const { node } = await this.#begun;
    const { name, owner } = await node.directory.ownRoom(hash);
    // One that this node has lost and got back, without knowing.
    this.find(name)?.journal.ownerIs(owner);
    const isNew = !this.#owned.get(name) && !this.#claims.has(name);
    const room = await this.own(name);
    if (isNew) node.counts.takeovers.given += 1;
    return room;
  }

  /**
   * Gives an open room to another node, which goes on with it: nobody is told. What is being served in it may end before, within 5 s; then
   * it is dropped, and the new owner is asked for it. Resolves when the other node is the owner; false: the room was not here, or it closed.
   * @param mayGo asked when nothing is being served any more
   * @throws ClusterError ABSENT when that node does not take rooms, or the room may not go, FENCED when the room was lost; in the first
   *   case all goes on here
   */
  async handOver(name: string, to: string, mayGo: () => boolean = () => true): Promise<boolean> {
    const parts = await this.#begun;
    const room = this.find(name);
    if (!room || !parts.rooms.find(name)) return false;
    if (room.isPaused) throw new ClusterError('ABSENT', 'the room is being given away already');
    const { relay = noRelay } = parts;
    room.isPaused = true;
    const since = this.#clock.now();
    try {
      await within(this.#clock, servingMs, relay.pause(room)).catch(() => {
        this.#log.warn('What was asked for in a room and takes long begins again at another node', { room: name });
      });
      const open = parts.rooms.find(name);
      if (this.find(name) !== room || !open) return false;
      if (!mayGo()) throw new ClusterError('ABSENT', 'somebody has come in that cannot go on at another node');
      for (const participant of open.everybody) participant.keep();
      const handing = room.journal.handOver(to);
      room.handing = handing.then(
        () => undefined,
        () => undefined,
      );
      const next = { node: to, epoch: await handing };
      parts.node.directory.moved(room.hash, next);
      this.#owned.stepDown(parts, room, next);
      const ms = Math.round(this.#clock.now() - since);
      this.#log.info('a room was given to another node', { room: name, node: to, ms });
      return true;
    } finally {
      room.isPaused = false;
      room.handing = undefined;
      if (this.#owned.has(room)) relay.goOn(room);
    }
  }

  /** As `RoomsOptions.fetch`. Waits a while for a node that may not act. Rejects as `own`. */
  fetch(name: string): Promise<void> | undefined {
    if (this.#isFrozen) return this.#fetchOnceUp(name);
    const room = this.find(name);
    return room ? room.handing : this.own(name).then(() => undefined);
  }

  /**
   * Resolves when what has changed in the room in this turn is in Redis.
   * @throws ClusterError FENCED when another node owns it now, AWAY when Redis takes too long
   */
  async committed(name: string): Promise<void> {
    const committed = this.find(name)?.journal.committed();
    if (committed) await within(this.#clock, patienceMs, committed);
  }

  /** Something that cannot be taken back happens when the commit of this turn has succeeded. Never when the room was lost. */
  after(name: string, effect: () => void): void {
    if (this.#hasLeft) return;
    const room = this.#owned.get(name);
    // In no journal, or in none any more.
    if (!room) effect();
    else if (room.leaving) void room.leaving.then(effect, () => undefined);
    else room.journal.after(effect);
  }

  changed(name: string, field: string, record: (() => unknown) | undefined): void {
    const room = this.#owned.get(name);
    if (!room || room.leaving) return;
    room.changed(field, record);
    if (this.#parts) summarize(this.#parts, room);
  }

  closed(name: string): void {
    const room = this.#owned.get(name);
    if (!room) return;
    room.closed();
    this.#owned.closeSoon(room);
  }

  /** As `Journal.firstSlot`. */
  firstSlot(name: string): number {
    return this.#owned.get(name)?.nextSlot ?? 1;
  }

  get recordOf(): RecordOf {
    return this.#parts?.recordOf ?? (() => undefined);
  }

  /** A room of a dead node is this node's now (`NodeHooks.taken`). */
  async taken(room: TakenRoom): Promise<void> {
    const parts = await this.#begun;
    if (!this.#hasLeft) this.#restoring.take(parts, room);
  }

  /** Closes in Redis what is not open, and resolves when no room is left, or after that many ms. */
  async close(ms: number): Promise<void> {
    for (const room of this.#owned.all) if (!this.#parts?.rooms.find(room.name)) this.#owned.closeSoon(room);
    await within(this.#clock, ms, this.#owned.empty()).catch((error: unknown) => {
      this.#log.error('Rooms that have ended are still in Redis', { error });
    });
  }

  /**
   * Leaves all rooms to other nodes, with what clients need to go on there. Nobody is told. What is not in Redis after that many ms is
   * lost. Nothing is owned here any more.
   */
  async leave(ms: number): Promise<void> {
    const { rooms } = await this.#begun;
    for (const owned of this.#owned.all) {
      for (const participant of rooms.find(owned.name)?.everybody ?? []) participant.keep();
    }
    const committed = Promise.all([...this.#owned.all].map(({ journal }) => journal.committed()));
    await within(
      this.#clock,
      ms,
      committed.then(() => undefined),
    ).catch((error: unknown) => {
      this.#log.error('What has changed last in the rooms is lost', { error });
    });
    this.#hasLeft = true;
    rooms.letGo();
    this.#owned.leave();
  }

  /** Lets go of all rooms, and nobody is told. This node goes on with what Redis still has of them, once it may act again. */
  letGo(): void {
    const parts = this.#parts;
    if (!parts || this.size === 0) return;
    this.#log.warn('Redis was away for too long: this node lets go of its rooms', { rooms: this.size });
    for (const room of [...this.#owned.all]) {
      room.journal.end();
      this.#owned.stepDown(parts, room);
    }
  }

  /** For `NodeHooks.up`. */
  up(): void {
    this.#onceUp.up();
  }

  get #isFrozen(): boolean {
    return this.#parts?.node.membership.state === 'frozen';
  }

  async #fetchOnceUp(name: string): Promise<void> {
    await this.#onceUp.wait();
    if (this.#isFrozen) throw new ClusterError('AWAY', 'Redis does not answer: this node waits');
    await this.fetch(name);
  }

  async #own(name: string): Promise<OwnedRoom> {
    const parts = await this.#begun;
    const leaving = this.#owned.get(name)?.leaving;
    if (leaving) await within(this.#clock, patienceMs, leaving);
    const claim = await parts.node.directory.claim(name);
    switch (claim.type) {
      case 'mine':
        return this.#restoring.take(parts, { ...claim, name, hash: roomHash(name) });
      case 'other':
        throw new ElsewhereError(name, claim.owner);
      case 'version':
        throw new ClusterError(
          'VERSION',
          `room "${name}" is kept in the form ${claim.version}, which is not known here`,
        );
    }
  }
}
