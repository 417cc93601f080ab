import { z } from 'zod';
import type { Log } from '../log.js';
import { AtOnce } from './at-once.js';
import type { Clock } from './clock.js';
import type { Counts } from './counts.js';
import type { Names } from './names.js';
import type { NodeState } from './node-facts.js';
import type { Peers } from './peers.js';
import type { Hub } from './redis.js';
import type { Claim, Owner, RoomStore } from './room-store.js';
import { Slices } from './slices.js';
import { mediaIn, successorsOf } from './successors.js';
import type { Candidate, RoomNeeds } from './successors.js';

/** A room of a dead node, which this node owns now. */
export interface TakenRoom extends Extract<Claim, { type: 'mine' }> {
  readonly hash: string;
  readonly name: string;
  /** The node that is dead. */
  readonly from: string;
}

export interface TakeOverContext {
  readonly hub: Hub;
  readonly names: Names;
  readonly store: RoomStore;
  readonly membership: {
    readonly state: NodeState;
    readonly peers: Pick<Peers, 'alive' | 'isDead'>;
  };
  readonly nodeId: string;
  readonly clock: Pick<Clock, 'now' | 'later'>;
  readonly log: Log;
  readonly counts: Pick<Counts, 'takeovers' | 'takeoverTimes'>;
  /** What this node can do for a room: media servers that it reaches, and versions of journals that it reads. */
  readonly reach: () => { readonly media: ReadonlySet<string>; readonly oldest: number; readonly newest: number };
  /** Takes a room over. The next ones wait when many are under way. */
  readonly taken: (room: TakenRoom) => Promise<void> | void;
}

/** The owners of rooms, as far as this node knows them. */
interface KnownOwners {
  get(hash: string): Owner | undefined;
  moved(hash: string, owner: Owner): void;
}

const mostTakenAtOnce = 64;
/** How long each node leaves a room to the one before it, in ms. */
const stepMs = 300;
/** Rooms that are asked for in one message. */
const batch = 500;

/** Takes the rooms of dead nodes, as far as they are this node's to take. */
export class TakeOver {
  readonly #context: TakeOverContext;
  readonly #owners: KnownOwners;
  readonly #atOnce = new AtOnce(mostTakenAtOnce);
  /** By hash, rooms of dead nodes that this node has claimed, and that wait for their time to be taken. */
  readonly #claimed = new Map<string, TakenRoom>();
  readonly #slices: Slices;
  /** Dead nodes whose rooms are being taken. */
  readonly #rounds = new Set<string>();
  #hasClosed = false;

  constructor(context: TakeOverContext, owners: KnownOwners) {
    this.#context = context;
    this.#owners = owners;
    this.#slices = new Slices(context.clock);
  }

  /** Hashes of rooms that this node owns, and that wait to be taken. */
  get claimed(): readonly string[] {
    return [...this.#claimed.keys()];
  }

  /** One of `claimed`, which somebody wants now: whoever asks takes it. */
  claimedRoom(hash: string): TakenRoom | undefined {
    const room = this.#claimed.get(hash);
    this.#claimed.delete(hash);
    return room;
  }

  /** Takes those rooms of a dead node that are this node's to take. Called again as long as the dead node has rooms. Never rejects. */
  async of(dead: string): Promise<void> {
    if (this.#rounds.has(dead) || this.#hasClosed || this.#context.membership.state !== 'up') return;
    this.#rounds.add(dead);
    try {
      await this.#round(dead);
    } catch (error) {
      this.#context.log.warn('The rooms of a dead node could not be taken; it is tried again', {
        node: dead,
        error: String(error),
      });
    } finally {
      this.#rounds.delete(dead);
    }
  }

  close(): void {
    this.#hasClosed = true;
  }

  async #round(dead: string): Promise<void> {
    const { hub, names, clock } = this.#context;
    const since = clock.now();
    const hashes = z.array(z.string()).parse(await hub.call('SMEMBERS', names.roomsOf(dead)));
    const turns = new Map<number, Left[]>();
    for (let start = 0; start < hashes.length; start += batch) {
      const left = await this.#look(dead, hashes.slice(start, start + batch));
      const candidates = this.#candidates();
      for (const room of left) {
        const turn = this.#turnOf(room, candidates);
        if (turn === undefined) continue;
        const rooms = turns.get(turn) ?? [];
        rooms.push(room);
        turns.set(turn, rooms);
      }
    }
    await Promise.all([...turns].map(async ([turn, rooms]) => this.#takeAfter(turn * stepMs, dead, rooms, since)));
  }

  /** Which of these rooms still belong to the dead node, and what they need. */
  async #look(dead: string, hashes: readonly string[]): Promise<Left[]> {
    const { hub, names } = this.#context;
    const [owners, media] = await Promise.all([
      hub.all(hashes.map((hash) => ['HMGET', names.owner(hash), 'node', 'epoch', 'room', 'version'])),
      hub.all(hashes.map((hash) => ['HGET', names.state(hash), 'media'])),
    ]);
    return hashes.flatMap((hash, index) => {
      const [node, epoch, name, version] = ownerFields.parse(owners[index]);
      if (node !== dead || epoch === null || name === null || version === null) {
        // A set that says otherwise is wrong: Redis has lost writes.
        hub.call('SREM', names.roomsOf(dead), hash).catch(() => undefined);
        return [];
      }
      return [{ hash, epoch, name, version, media: mediaField.parse(media[index]) }];
    });
  }

  /**
   * How many nodes come before this one. Undefined when it is not for this node: another one reaches the room's media servers, and this one
   * does not, or it cannot read the room.
   */
  #turnOf(room: Left, candidates: readonly Candidate[]): number | undefined {
    const turn = successorsOf(room, candidates).indexOf(this.#context.nodeId);
    return turn === -1 ? undefined : turn;
  }

  #candidates(): readonly Candidate[] {
    const { nodeId, membership, reach } = this.#context;
    return [{ id: nodeId, facts: reach() }, ...membership.peers.alive.filter(({ facts }) => facts.state === 'up')];
  }

  async #takeAfter(ms: number, dead: string, rooms: readonly Left[], since: number): Promise<void> {
    const { clock } = this.#context;
    if (ms > 0) await new Promise<void>((resolve) => clock.later(ms, resolve));
    await Promise.all(rooms.map(async (room) => this.#atOnce.run(async () => this.#take(dead, room, since))));
  }

  /** @param since when it was begun to take the rooms of that node */
  async #take(dead: string, { hash, name, epoch }: Left, since: number): Promise<void> {
    const { store, membership, nodeId, clock, counts } = this.#context;
    // Meanwhile Redis may have been started again: then nobody is dead for a while.
    if (this.#hasClosed || membership.state !== 'up' || !membership.peers.isDead(dead)) return;
    // Another node has taken it meanwhile, and has said so.
    if ((this.#owners.get(hash)?.epoch ?? 0) > epoch) return;
    const claim = await store.claim(hash, name, dead);
    if (claim.type === 'other') this.#owners.moved(hash, claim.owner);
    if (claim.type !== 'mine') return;
    this.#owners.moved(hash, { node: nodeId, epoch: claim.epoch });
    this.#claimed.set(hash, { ...claim, hash, name, from: dead });
    counts.takeovers.dead += 1;
    await this.#slices.run(async () => this.#takeClaimed(hash));
    counts.takeoverTimes.took(clock.now() - since);
  }

  async #takeClaimed(hash: string): Promise<void> {
    const { taken, log } = this.#context;
    const room = this.claimedRoom(hash);
    if (!room || this.#hasClosed) return;
    try {
      await taken(room);
    } catch (error) {
      log.error('A room could not be taken over', { room: room.name, error: (error as Error).stack });
    }
  }
}

/** A room that a dead node has left. */
interface Left extends RoomNeeds {
  readonly epoch: number;
  readonly name: string;
}

const text = z.string().nullable();
const number = z.coerce.number().nullable();
const ownerFields = z.tuple([text, number, text, number]);
const mediaField = z.string().nullable().transform(mediaIn);
