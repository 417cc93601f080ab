import type { Log } from '../log.js';
import type { Clock } from './clock.js';
import type { TakenRoom } from './take-over.js';
import type { RoomJournal } from './journal.js';
import type { ClaimedRoom } from './journal-context.js';
import { roomHash } from './names.js';
import type { ClusterNode } from './node.js';
import { OnceUp } from './once-up.js';

/** The node that serves the clients of a world: this one, or another one. Undefined: nobody at the moment. */
export type WorldOwner = 'here' | OtherOwner | undefined;

interface OtherOwner {
  readonly node: string;
  /** Its NODE_URL; empty without. */
  readonly url: string;
}

export interface WorldsContext {
  readonly node: Pick<ClusterNode, 'id' | 'hub' | 'names' | 'store' | 'journals' | 'membership' | 'directory'>;
  /** Whether all clients are of one world, since they may meet (BRIDGE). */
  readonly isOne: boolean;
  readonly clock: Pick<Clock, 'later' | 'wall'>;
  readonly log: Log;
}

export interface WorldsListener {
  /** This node does not serve the clients of this world any more: they have to connect anew. */
  lost(world: string): void;
  /** A node that served clients of a world is dead. Connections to it need not show that. */
  nodeLost(node: string): void;
}

/** How often it is looked at who owns what, in ms. */
const lookEveryMs = 1_000;
/** How long Redis may take to hear that this node gives its worlds back, in ms. */
const releaseMs = 2_000;

/** What names of worlds begin with, among those of rooms. A name of a room holds no control character. */
const mark = 'world\n';

/**
 * Which node serves the clients of which world. Some protocols keep in one process what all their clients share. A world is owned as a
 * room is, and its state is in no journal: when its owner dies, its clients begin anew with the next one.
 */
export class Worlds {
  readonly #context: WorldsContext;
  readonly #listener: WorldsListener;
  /** Of this node. */
  readonly #held = new Map<string, RoomJournal>();
  readonly #others = new Map<string, OtherOwner>();
  /** Nodes that clients may have been passed on to. */
  readonly #known = new Set<string>();
  readonly #asking = new Map<string, Promise<WorldOwner>>();
  readonly #onceUp: OnceUp;
  /** The worlds that were asked for, by what they are called in Redis. */
  readonly #worlds = new Map<string, Set<string>>();
  #isReleased = false;
  #isClosed = false;
  #stopLook: () => void;

  constructor(context: WorldsContext, listener: WorldsListener) {
    this.#context = context;
    this.#listener = listener;
    this.#onceUp = new OnceUp(context.clock);
    this.#stopLook = context.clock.later(lookEveryMs, this.#look);
  }

  /** Hashes of those that this node owns, among the rooms of Redis. */
  get hashes(): string[] {
    return [...this.#held.values()].map(({ ownership }) => ownership.hash);
  }

  /**
   * Remembered until it is known to have changed. A world that nobody owns becomes this node's. A node that may not act knows nothing for
   * sure: it answers once it may, or for a while has not been able to. Never rejects.
   */
  ownerOf(world: string): WorldOwner | Promise<WorldOwner> {
    const { membership } = this.#context.node;
    if (membership.state === 'frozen') return this.#isClosed ? undefined : this.#ownerOnceUp(world);
    const name = this.#nameOf(world);
    if (this.#held.has(name)) return 'here';
    const other = this.#others.get(name);
    if (other && !membership.peers.isDead(other.node)) return other;
    let asking = this.#asking.get(name);
    if (!asking) {
      asking = this.#ask(name).finally(() => this.#asking.delete(name));
      this.#asking.set(name, asking);
    }
    return asking;
  }

  /** That node does not answer, or says that it does not own the world: Redis is asked the next time. */
  mistaken(world: string, node: string): void {
    const name = this.#nameOf(world);
    if (this.#others.get(name)?.node === node) this.#forget(name);
    void this.#context.node.membership.peers.suspect(node);
  }

  /** For `NodeHooks.up`. */
  up(): void {
    this.#onceUp.up();
  }

  /** For `NodeHooks.taken`. @returns whether it is a world, which is this node's then */
  taken(room: TakenRoom): boolean {
    if (!room.name.startsWith(mark)) return false;
    this.#hold(room);
    return true;
  }

  /** For `NodeHooks.dead`. */
  died(node: string): void {
    for (const [name, other] of this.#others) if (other.node === node) this.#forget(name);
    if (this.#known.delete(node)) this.#listener.nodeLost(node);
  }

  /** Gives all worlds back, and takes none any more. Their clients connect anew, and find other nodes. Never rejects. */
  async release(): Promise<void> {
    this.#isReleased = true;
    await Promise.all(
      [...this.#held].map(async ([name, journal]) => {
        this.#lose(name, journal);
        await this.#giveBack(journal);
      }),
    );
  }

  /** What this node owns is taken by others once it is dead. */
  close(): void {
    this.#isReleased = true;
    this.#isClosed = true;
    this.#stopLook();
    this.#held.clear();
    this.#others.clear();
    this.up();
  }

  #nameOf(world: string): string {
    const name = `${mark}${this.#context.isOne ? '' : world}`;
    const worlds = this.#worlds.get(name) ?? new Set();
    this.#worlds.set(name, worlds.add(world));
    return name;
  }

  async #ownerOnceUp(world: string): Promise<WorldOwner> {
    await this.#onceUp.wait();
    const { state } = this.#context.node.membership;
    return this.#isClosed || state === 'frozen' ? undefined : this.ownerOf(world);
  }

  async #ask(name: string): Promise<WorldOwner> {
    const { node, log } = this.#context;
    try {
      let owner = await node.directory.find(name);
      // Nobody's, or given to this node by another one, or left by a dead one.
      const isFree = !owner || owner.node === node.id || node.membership.peers.isDead(owner.node);
      if (isFree) {
        if (this.#isReleased || node.membership.state !== 'up') return undefined;
        const claim = await node.directory.claim(name);
        if (claim.type === 'version') return undefined;
        if (claim.type === 'mine') {
          this.#hold({ ...claim, hash: roomHash(name), name });
          return this.#held.has(name) ? 'here' : undefined;
        }
        ({ owner } = claim);
      }
      return owner && (await this.#remember(name, owner.node));
    } catch (error) {
      log.debug('It cannot be found out who serves the clients of a world', { error: String(error) });
      return undefined;
    }
  }

  async #remember(name: string, id: string): Promise<WorldOwner> {
    const { hub, names, membership } = this.#context.node;
    const url = await hub.call('HGET', names.node(id), 'url');
    if (typeof url !== 'string') {
      this.#forget(name);
      void membership.peers.suspect(id);
      return undefined;
    }
    const other = { node: id, url };
    this.#others.set(name, other);
    this.#known.add(id);
    return other;
  }

  #forget(name: string): void {
    this.#others.delete(name);
    this.#context.node.directory.moved(roomHash(name), undefined);
  }

  #hold(claimed: ClaimedRoom): void {
    const { name } = claimed;
    const before = this.#held.get(name);
    // Claimed twice: for a client that came, and because the former owner is dead.
    if (before?.ownership.epoch === claimed.epoch) return;
    before?.end();
    const { node, log } = this.#context;
    const journal: RoomJournal = node.journals.begin(claimed, [], {
      trimming: () => undefined,
      deaf: () => undefined,
      fenced: () => {
        this.#lose(name, journal);
      },
    });
    if (this.#isReleased) {
      void this.#giveBack(journal);
      return;
    }
    log.info('This node serves the clients of a world', { world: this.#worldsOf(name).join() });
    this.#others.delete(name);
    this.#held.set(name, journal);
  }

  #lose(name: string, journal: RoomJournal): void {
    if (this.#held.get(name) !== journal) return;
    this.#held.delete(name);
    this.#forget(name);
    const worlds = this.#worldsOf(name);
    this.#context.log.info('This node does not serve the clients of a world any more', { world: worlds.join() });
    for (const world of worlds) this.#listener.lost(world);
  }

  #worldsOf(name: string): string[] {
    return [...(this.#worlds.get(name) ?? [])];
  }

  async #giveBack(journal: RoomJournal): Promise<void> {
    const { clock, log } = this.#context;
    let stop = (): void => undefined;
    const tooLate = new Promise<void>((resolve) => {
      stop = clock.later(releaseMs, resolve);
    });
    // Redis may be away. Then others take the world when this node is dead.
    const closed = journal.close().catch((error: unknown) => {
      log.debug('A world is another node’s already', { error: String(error) });
    });
    await Promise.race([closed, tooLate]);
    stop();
    journal.end();
  }

  readonly #look = (): void => {
    void this.#lookNow().finally(() => {
      if (!this.#isClosed) this.#stopLook = this.#context.clock.later(lookEveryMs, this.#look);
    });
  };

  /** Notices that Redis has lost the owner of a world, or that it is another node. */
  async #lookNow(): Promise<void> {
    const { membership, store } = this.#context.node;
    if (membership.state === 'frozen') return;
    const held = [...this.#held.values()];
    const owners =
      held.length === 0 ? [] : await store.ownersOf(held.map(({ ownership }) => ownership.hash)).catch(() => []);
    for (const [index, journal] of held.entries()) {
      if (index in owners) journal.redisHas(owners[index]);
    }
  }
}
