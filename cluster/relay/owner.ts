import type { Position } from '../position.js';
import type { LoggedFrame } from '../room-store.js';
import type { Owner as RoomOwner } from '../room-store.js';
import { ClusterError } from '../cluster-error.js';
import type { ReturningClients, RelaySession } from '../port.js';
import { roomHash } from '../names.js';
import { inSlices } from '../slices.js';
import { sessionsIn } from './kept-sessions.js';
import type { RequestMessage, WrittenMessage } from './messages.js';
import { OwnerRoom } from './owner-room.js';
import type { JournaledRoom, OwnerContext } from './owner-room.js';

export interface OwnersContext extends OwnerContext {
  /**
   * Makes this node the owner of the room. `begun` is called meanwhile, where it was not before.
   * @throws ClusterError ELSEWHERE with the owner, or AWAY
   */
  readonly own: (room: string) => Promise<unknown>;
  /** As `own`, where only the hash is known, of a room that this node owns already as far as Redis knows. Rejects otherwise. */
  readonly ownGiven: (hash: string) => Promise<unknown>;
  /** Whether this node owns the room, and is not about to close it. */
  readonly owns: (room: string) => boolean;
  /** The owner of the room, as far as this node knows. */
  readonly ownerOf: (hash: string) => Promise<RoomOwner | undefined>;
}

/** Requests for rooms that are being claimed. */
const mostWaiting = 10_000;

/** The rooms of this node, as their gateways reach them. */
export class Owners implements ReturningClients {
  readonly #context: OwnersContext;
  readonly #rooms = new Map<string, OwnerRoom>();
  /** By hash, what came while the room was claimed. */
  readonly #claims = new Map<string, RequestMessage[]>();

  constructor(context: OwnersContext) {
    this.#context = context;
  }

  /** In rooms of this node, and those of clients that ask to come in. */
  get sessions(): number {
    return [...this.#rooms.values()].reduce((sum, { sessions }) => sum + sessions, 0);
  }

  sessionsIn(state: ReadonlyMap<string, string>): Iterable<string> {
    return sessionsIn(state);
  }

  begun(room: JournaledRoom, state: ReadonlyMap<string, string>): void {
    this.#rooms.set(room.hash, new OwnerRoom(this.#context, room, state));
  }

  restored(room: JournaledRoom): void {
    this.#rooms.get(room.hash)?.restored();
  }

  async idle(room: JournaledRoom): Promise<void> {
    await this.#rooms.get(room.hash)?.idle();
  }

  trimming(room: JournaledRoom, frames: readonly LoggedFrame[]): void {
    this.#rooms.get(room.hash)?.trimming(frames);
  }

  logLost(room: JournaledRoom, at: Position): void {
    this.#rooms.get(room.hash)?.logLost(at);
  }

  gathering(room: JournaledRoom, from: Position): void {
    this.#rooms.get(room.hash)?.gathering(from);
  }

  /** As `OwnerRoom.pause`. */
  async pause(room: JournaledRoom): Promise<void> {
    await this.#rooms.get(room.hash)?.pause();
  }

  goOn(room: JournaledRoom): void {
    this.#rooms.get(room.hash)?.goOn();
  }

  /** @param next the owner from now on, if it was given the room and does not know yet */
  ended(room: JournaledRoom, next?: RoomOwner): void {
    const present = this.#rooms.get(room.hash);
    this.#rooms.delete(room.hash);
    if (next) {
      this.#context.post.send(next.node, { v: 1, r: room.hash, t: 'given' });
      present?.movedTo(next);
    }
    present?.end();
  }

  /** Somebody says that this node owns the room now. */
  given(hash: string): void {
    if (!this.#claims.has(hash)) void this.#begin(hash, undefined, []);
  }

  back(room: string, slot: number, session: RelaySession): ReturnType<ReturningClients['back']> {
    const present = this.#rooms.get(roomHash(room));
    if (!present) throw new Error(`Room "${room}" is not owned here`);
    return present.back(slot, session);
  }

  receive(message: RequestMessage): void {
    const room = this.#rooms.get(message.r);
    const waiting = this.#claims.get(message.r);
    if (waiting) {
      if (waiting.length < mostWaiting) waiting.push(message);
    } else if (room && this.#context.owns(room.name)) room.receive(message);
    else void this.#claim(message, room?.name);
  }

  written(message: WrittenMessage): void {
    this.#rooms.get(message.r)?.written(message);
  }

  /** A node is dead: its sockets are closed. */
  died(node: string): void {
    this.#each((room) => {
      room.gatewayDied(node);
    });
  }

  up(): void {
    this.#each((room) => {
      room.up();
    });
  }

  tick(): void {
    this.#each((room) => {
      room.tick();
    });
  }

  #each(run: (room: OwnerRoom) => void): void {
    inSlices(this.#context.clock, this.#rooms.values(), run);
  }

  /**
   * A room that this node does not own: somebody wants to come in, or its owner is another one, or this one was just made its owner.
   * @param former its name, where this node is about to close it
   */
  async #claim(message: RequestMessage, former: string | undefined): Promise<void> {
    const { r: hash } = message;
    const name = former ?? Object.values(message.l).find(({ room, in: isIn }) => room !== undefined && !isIn)?.room;
    if (!this.#context.isUp() || (name !== undefined && roomHash(name) !== hash)) await this.#tellOwner(message);
    else await this.#begin(hash, name, [message]);
  }

  /** @param waiting grows meanwhile */
  async #begin(hash: string, name: string | undefined, waiting: RequestMessage[]): Promise<void> {
    const { own, ownGiven, log } = this.#context;
    this.#claims.set(hash, waiting);
    try {
      await (name === undefined ? ownGiven(hash) : own(name));
      this.#claims.delete(hash);
      for (const each of waiting) this.#rooms.get(hash)?.receive(each);
    } catch (error) {
      this.#claims.delete(hash);
      if (!(error instanceof ClusterError)) log.error('A room could not be opened', { hash, error: String(error) });
      for (const each of waiting) await this.#tellOwner(each);
    }
  }

  async #tellOwner({ r, g }: RequestMessage): Promise<void> {
    const { nodeId, ownerOf, post } = this.#context;
    try {
      const known = await ownerOf(r);
      // What is remembered is old: this node is not the owner any more, as far as it has no claim under way.
      const owner = known?.node === nodeId && !this.#rooms.has(r) ? undefined : known;
      post.send(g, { v: 1, r, t: 'moved', ...(owner && { o: owner.node, e: owner.epoch }) });
    } catch {
      // Redis does not say. The gateway asks again.
    }
  }
}
