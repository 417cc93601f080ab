import { z } from 'zod';
import type { Log } from '../log.js';
import { AtOnce } from './at-once.js';
import type { Clock } from './clock.js';
import type { Counts } from './counts.js';
import { inBatches } from './in-batches.js';
import type { Names } from './names.js';
import type { NodeFacts, NodeState } from './node-facts.js';
import type { Peers } from './peers.js';
import type { Hub } from './redis.js';
import type { Claim, Owner, RoomStore } from './room-store.js';
import { look } from './scripts/look.js';
import { Slices } from './slices.js';
import { mediaIn, successorsOf, weightsOf } from './successors.js';
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
  /** What this node can do for a room: media servers that it reaches, and versions of journals that it reads. And what it has already. */
  readonly reach: () => Candidate['facts'] & Pick<NodeFacts, 'rooms' | 'sockets'>;
  /** Takes a room over. The next ones wait when many are under way. */
  readonly taken: (room: TakenRoom) => Promise<void> | void;
}

/** The owners of rooms, as far as this node knows them. */
interface KnownOwners {
  get(hash: string): Owner | undefined;
  moved(hash: string, owner: Owner): void;
}

/** Rooms that are claimed at once. */
const mostAsked = 64;
/** Rooms that are claimed, and wait to be restored: each is in memory as Redis has it. */
const mostClaimed = 2_000;
/** How long each node leaves a room to the one before it, in ms. */
const stepMs = 300;
/** So many times longer a node waits for those before it while they are taking rooms. */
const mostPatience = 3;
/** Rooms that are looked at by one script: a millisecond of Redis. */
const batch = 250;

/** Takes the rooms of dead nodes, as far as they are this node's to take. */
export class TakeOver {
  readonly #context: TakeOverContext;
  readonly #owners: KnownOwners;
  readonly #asking = new AtOnce(mostAsked);
  readonly #waiting = new AtOnce(mostClaimed);
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

  /** One of `claimed`. */
  claimedRoom(hash: string): TakenRoom | undefined {
    return this.#claimed.get(hash);
  }

  /** Somebody waits for a room: if it is one of `claimed`, it comes before the others. @returns it, once it is taken */
  async wanted(hash: string): Promise<TakenRoom | undefined> {
    const room = this.#claimed.get(hash);
    if (room) await this.#slices.run(async () => this.#takeClaimed(hash), true);
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
    const left = await this.#look(dead, hashes);
    const found = new Set(left.map(({ hash }) => hash));
    for (const hash of hashes) {
      // A set that says otherwise is wrong: Redis has lost writes.
      if (!found.has(hash)) hub.call('SREM', names.roomsOf(dead), hash).catch(() => undefined);
    }
    const candidates = this.#candidates();
    const turns = new Map<number, Left[]>();
    for (const room of left) {
      const turn = this.#turnOf(room, candidates);
      if (turn === undefined) continue;
      const rooms = turns.get(turn) ?? [];
      rooms.push(room);
      turns.set(turn, rooms);
    }
    await Promise.all([...turns].map(async ([turn, rooms]) => this.#takeAfter(turn * stepMs, dead, rooms, since)));
  }

  /** Which of these rooms still belong to the dead node, and what they need. */
  async #look(dead: string, hashes: readonly string[]): Promise<Left[]> {
    const { hub, names } = this.#context;
    const left: Left[] = [];
    for (const some of inBatches(hashes, batch)) {
      const keys = some.flatMap((hash) => [names.owner(hash), names.state(hash)]);
      for (const [index, answer] of lookAnswer.parse(await hub.run(look, keys, [])).entries()) {
        const [node, epoch, name, version, media] = answer;
        const hash = some[index];
        if (hash === undefined || node !== dead || epoch === null || name === null || version === null) continue;
        left.push({ hash, epoch, name, version, media });
      }
    }
    return left;
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
    const nodes = [
      { id: nodeId, facts: reach() },
      ...membership.peers.alive.filter(({ facts }) => facts.state === 'up'),
    ];
    const weights = weightsOf(nodes.map(({ facts }) => facts.rooms + facts.sockets));
    return nodes.map((node, index) => ({ ...node, weight: weights[index] ?? 1 }));
  }

  async #takeAfter(ms: number, dead: string, rooms: readonly Left[], since: number): Promise<void> {
    const left = ms > 0 ? await this.#leftAfter(ms, dead, rooms) : rooms;
    if (!this.#mayTake(dead)) return;
    await Promise.all(left.map(async (room) => this.#waiting.run(async () => this.#take(dead, room, since))));
  }

  /** Those of these rooms that the nodes whose turn it was have not taken. While they take some, they are given more time, within bounds. */
  async #leftAfter(ms: number, dead: string, rooms: readonly Left[]): Promise<readonly Left[]> {
    let left = rooms;
    for (let steps = 0, isTaking = true; isTaking && steps <= mostPatience; steps += 1) {
      await new Promise<void>((resolve) => this.#context.clock.later(steps === 0 ? ms : stepMs, resolve));
      if (!this.#mayTake(dead)) return [];
      const hashes = left.map(({ hash }) => hash);
      left = await this.#look(dead, hashes);
      isTaking = left.length > 0 && left.length < hashes.length;
    }
    return left;
  }

  /** Meanwhile Redis may have been started again: then nobody is dead for a while. */
  #mayTake(dead: string): boolean {
    const { membership } = this.#context;
    return !this.#hasClosed && membership.state === 'up' && membership.peers.isDead(dead);
  }

  /** @param since when it was begun to take the rooms of that node */
  async #take(dead: string, room: Left, since: number): Promise<void> {
    const { clock, counts } = this.#context;
    const isClaimed = await this.#asking.run(async () => this.#claim(dead, room));
    if (!isClaimed) return;
    await this.#slices.run(async () => this.#takeClaimed(room.hash));
    counts.takeoverTimes.took(clock.now() - since);
  }

  async #claim(dead: string, { hash, name, epoch }: Left): Promise<boolean> {
    const { store, nodeId, counts } = this.#context;
    if (!this.#mayTake(dead)) return false;
    // Another node has taken it meanwhile, and has said so.
    if ((this.#owners.get(hash)?.epoch ?? 0) > epoch) return false;
    const claim = await store.claim(hash, name, dead);
    if (claim.type === 'other') this.#owners.moved(hash, claim.owner);
    if (claim.type !== 'mine') return false;
    this.#owners.moved(hash, { node: nodeId, epoch: claim.epoch, logEnd: claim.logEnd });
    this.#claimed.set(hash, { ...claim, hash, name, from: dead });
    counts.takeovers.dead += 1;
    return true;
  }

  async #takeClaimed(hash: string): Promise<void> {
    const { taken, log } = this.#context;
    const room = this.#claimed.get(hash);
    this.#claimed.delete(hash);
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
const lookAnswer = z.array(z.tuple([text, number, text, number, text.transform(mediaIn)]));
