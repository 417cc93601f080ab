import type { Owner } from '../room-store.js';
import type { GatewayContext } from './gateway-context.js';

/** How long it waits before it asks for the owner of the room again, in ms: twice as long each time. A new owner says itself who it is. */
const askAgainMs = 150;
const mostPauseMs = 600;
/**
 * The same where the owner is dead, nobody waits for an answer, and the next owner will know of this gateway: once it has restored the room
 * it speaks to it, each second until it is answered. A room that is asked for is restored before others.
 */
const patientMs = 5_000;
/** How often it asks for a room that is nobody's, before a session is given up. */
const mostAsked = 17;

/** The room whose owner is searched, at a gateway. */
export interface OwnerlessRoom {
  readonly hash: string;
  /** Whether nobody has to find out who owns the room. */
  readonly isSettled: boolean;
  /** Whether it follows the log of the room. */
  readonly isFollowing: boolean;
  /** Whether somebody waits for an answer of the owner. */
  readonly isWaitedFor: boolean;
  /** Whether it is known here what the room is called, and somebody wants to come in. */
  readonly mayOpen: boolean;
  /** The room goes on with this owner. Its epoch is 0 for one that is to open the room. */
  goOnWith(owner: Owner): void;
  /** Nobody owns the room any more, and the log has its end. */
  ended(): void;
  /** Nobody has taken the room for long. */
  giveUp(): void;
}

/** Finds out for a gateway who owns a room, or which node is to open it. */
export class OwnerSearch {
  readonly #context: Pick<GatewayContext, 'nodeId' | 'clock' | 'find' | 'moved' | 'openAt' | 'isAlive'>;
  readonly #room: OwnerlessRoom;
  #isAsking = false;
  /** Ends a pause in which nobody waits for an answer. */
  #hurry: (() => void) | undefined;
  #hasClosed = false;
  /** Another node was asked to open the room. */
  #hasAskedOther = false;

  constructor(
    context: Pick<GatewayContext, 'nodeId' | 'clock' | 'find' | 'moved' | 'openAt' | 'isAlive'>,
    room: OwnerlessRoom,
  ) {
    this.#context = context;
    this.#room = room;
  }

  /** Asks until the owner is known. */
  begin(): void {
    this.#begin(0);
  }

  /** As `begin`, a moment later: Redis may name the former owner until another one has taken the room. */
  beginLater(): void {
    this.#begin(this.#isNobodyWaiting ? patientMs : askAgainMs);
  }

  /** The node that was asked does not own the room. One that was to open it is given a moment. */
  beginAgain(): void {
    this.#begin(this.#hasAskedOther ? askAgainMs : 0);
  }

  /** A node owns the room: nobody has to open it. */
  found(): void {
    this.#hasAskedOther = false;
  }

  close(): void {
    this.#hasClosed = true;
  }

  #begin(afterMs: number): void {
    if (this.#isAsking && this.#room.isWaitedFor) this.#hurry?.();
    if (this.#isAsking || this.#hasClosed) return;
    this.#isAsking = true;
    // What was known was wrong, or is old.
    this.#context.moved(this.#room.hash, undefined);
    void this.#search(afterMs).finally(() => {
      this.#isAsking = false;
      if (!this.#isOver()) this.#begin(askAgainMs);
    });
  }

  get #isNobodyWaiting(): boolean {
    return this.#room.isFollowing && !this.#room.isWaitedFor;
  }

  /** A method, since it may change while the search waits. */
  #isOver(): boolean {
    return this.#hasClosed || this.#room.isSettled;
  }

  async #search(afterMs: number): Promise<void> {
    const room = this.#room;
    const { isAlive = () => true, moved } = this.#context;
    let pauseMs = afterMs;
    for (let asked = 0; !this.#isOver();) {
      await this.#pause(pauseMs);
      pauseMs = Math.min(mostPauseMs, askAgainMs * 2 ** asked);
      let owner: Owner | undefined;
      try {
        owner = await this.#context.find(room.hash);
      } catch {
        continue;
      }
      if (this.#isOver()) return;
      asked += 1;
      // Redis names it until another node has taken the room.
      const isDead = owner !== undefined && !isAlive(owner.node);
      pauseMs = isDead && this.#isNobodyWaiting ? patientMs : Math.min(mostPauseMs, askAgainMs * 2 ** asked);
      if (isDead) moved(room.hash, undefined);
      else if (owner) room.goOnWith(owner);
      else if (room.isFollowing && asked === 1) room.ended();
      // Nobody's: this node becomes the owner, or another one, if it is known here what the room is called.
      else if (room.mayOpen) room.goOnWith({ node: this.#opener(), epoch: 0 });
      else if (asked >= mostAsked) room.giveUp();
    }
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    await new Promise<void>((resolve) => {
      const stop = this.#context.clock.later(ms, resolve);
      if (ms !== patientMs) return;
      this.#hurry = () => {
        stop();
        resolve();
      };
    });
    this.#hurry = undefined;
  }

  #opener(): string {
    const { nodeId, openAt } = this.#context;
    const node = openAt?.(this.#hasAskedOther) ?? nodeId;
    if (node !== nodeId) this.#hasAskedOther = true;
    return node;
  }
}
