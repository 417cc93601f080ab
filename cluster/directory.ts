import { ClusterError, ElsewhereError } from './cluster-error.js';
import { roomHash } from './names.js';
import { OwnersAsked } from './owners-asked.js';
import type { Peers } from './peers.js';
import type { Claim, Owner } from './room-store.js';
import { TakeOver } from './take-over.js';
import type { TakeOverContext } from './take-over.js';

export interface DirectoryContext extends TakeOverContext {
  readonly membership: TakeOverContext['membership'] & {
    readonly peers: Pick<Peers, 'isSettling' | 'suspect'>;
  };
}

/** Owners that are remembered. */
const mostRemembered = 10_000;
/** How long it waits before it asks again who owns a room, in ms. */
const askAgainMs = 100;

/** Which node owns a room, and which one takes the rooms of a dead node. */
export class Directory {
  readonly #context: DirectoryContext;
  /** By hash, those that were asked for last at the end. */
  readonly #owners = new Map<string, Owner>();
  readonly #claims = new Map<string, Promise<Claim>>();
  readonly #asked: OwnersAsked;
  readonly #takeOver: TakeOver;

  constructor(context: DirectoryContext) {
    this.#context = context;
    this.#asked = new OwnersAsked(context.store);
    this.#takeOver = new TakeOver(context, {
      get: (hash) => this.#owners.get(hash),
      moved: (hash, owner) => {
        this.moved(hash, owner);
      },
    });
  }

  /** Hashes of rooms that this node owns, and that wait to be taken. */
  get claimed(): readonly string[] {
    return this.#takeOver.claimed;
  }

  /** The owner of a room, asked of Redis once and remembered then. @throws ClusterError AWAY */
  async find(name: string): Promise<Owner | undefined> {
    return this.findHash(roomHash(name));
  }

  /** As `find`, where only the hash of the room is known. */
  async findHash(hash: string): Promise<Owner | undefined> {
    const known = this.#owners.get(hash);
    if (known) {
      this.#remember(hash, known);
      return known;
    }
    const owner = await this.#asked.of(hash);
    this.moved(hash, owner);
    return owner;
  }

  /**
   * A room that this node owns as Redis knows it: somebody has given it.
   * @throws ElsewhereError; ClusterError GONE when nobody owns it, AWAY
   */
  async ownRoom(hash: string): Promise<{ readonly name: string; readonly owner: Owner }> {
    const { store, nodeId } = this.#context;
    const claimed = this.#takeOver.claimedRoom(hash);
    if (claimed) return { name: claimed.name, owner: { node: nodeId, epoch: claimed.epoch } };
    const room = await store.ownedRoom(hash);
    this.moved(hash, room?.owner);
    if (!room) throw new ClusterError('GONE', 'nobody owns that room');
    if (room.owner.node !== nodeId) throw new ElsewhereError(room.name, room.owner);
    return room;
  }

  /** Somebody has said who owns the room now: a node, or nobody. What is older than what is known has no effect. */
  moved(hash: string, owner: Owner | undefined): void {
    if (!owner) this.#owners.delete(hash);
    else if ((this.#owners.get(hash)?.epoch ?? 0) <= owner.epoch) this.#remember(hash, owner);
  }

  /** Nobody heard a message to that node: it is looked at, and the owner of each of its rooms is asked for again. */
  async deaf(node: string): Promise<void> {
    for (const [hash, owner] of this.#owners) if (owner.node === node) this.#owners.delete(hash);
    await this.#context.membership.peers.suspect(node);
  }

  /**
   * Takes a room for this node, if nobody owns it or its owner is dead.
   * @throws ClusterError AWAY when this node may not act, or Redis does not answer; LEAVING, or ElsewhereError, when it takes no more rooms
   */
  async claim(name: string): Promise<Claim> {
    const hash = roomHash(name);
    const running = this.#claims.get(hash);
    if (running) return running;
    const claim = this.#claim(hash, name).finally(() => this.#claims.delete(hash));
    this.#claims.set(hash, claim);
    return claim;
  }

  /** Takes those rooms of a dead node that are this node's to take. Called again as long as the dead node has rooms. Never rejects. */
  async takeOver(dead: string): Promise<void> {
    await this.#takeOver.of(dead);
  }

  close(): void {
    this.#takeOver.close();
    this.#owners.clear();
  }

  async #claim(hash: string, name: string): Promise<Claim> {
    const { store, membership, nodeId } = this.#context;
    this.#mustBeUp();
    const taken = await this.#takeOver.wanted(hash);
    if (taken) return taken;
    if (membership.state === 'draining') await this.#mustBeOwn(hash, name);
    await this.#settled(hash);
    this.#mustBeUp();
    let claim = await store.claim(hash, name);
    // The room of a dead node need not wait for the node whose turn it is: somebody wants to come in.
    if (claim.type === 'other' && membership.peers.isDead(claim.owner.node)) {
      this.#mustBeUp();
      claim = await store.claim(hash, name, claim.owner.node);
      if (claim.type === 'mine') this.#context.counts.takeovers.wanted += 1;
    }
    if (claim.type === 'mine') this.moved(hash, { node: nodeId, epoch: claim.epoch, logEnd: claim.logEnd });
    if (claim.type === 'other') this.moved(hash, claim.owner);
    return claim;
  }

  /** A node that drains takes what it was given, since it has to give that away again, and nothing else. */
  async #mustBeOwn(hash: string, name: string): Promise<void> {
    const { store, nodeId } = this.#context;
    const owner = await store.ownerOf(hash);
    this.moved(hash, owner);
    if (!owner) throw new ClusterError('LEAVING', `this node takes no more rooms: "${name}" is not opened here`);
    if (owner.node !== nodeId) throw new ElsewhereError(name, owner);
  }

  /** Redis that is just back may have lost who owns a room: its owner is given the time to write it again. */
  async #settled(hash: string): Promise<void> {
    const { store, membership, clock } = this.#context;
    while (membership.peers.isSettling && !(await store.ownerOf(hash))) {
      await new Promise<void>((resolve) => clock.later(askAgainMs, resolve));
    }
  }

  #mustBeUp(): void {
    if (this.#context.membership.state === 'frozen') {
      throw new ClusterError('AWAY', 'Redis does not answer: this node waits');
    }
  }

  #remember(hash: string, owner: Owner): void {
    this.#owners.delete(hash);
    this.#owners.set(hash, owner);
    if (this.#owners.size <= mostRemembered) return;
    const [oldest] = this.#owners.keys();
    if (oldest !== undefined) this.#owners.delete(oldest);
  }
}
