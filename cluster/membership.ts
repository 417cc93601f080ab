import { z } from 'zod';
import type { Log } from '../log.js';
import type { Clock } from './clock.js';
import { LoadReport } from './load-report.js';
import { Life } from './life.js';
import type { Moment } from './life.js';
import type { Names } from './names.js';
import { factsAsFields } from './node-facts.js';
import type { NodeFacts, NodeState } from './node-facts.js';
import { Peers } from './peers.js';
import type { Hub } from './redis.js';
import { heartbeat } from './scripts/heartbeat.js';
import { sweep } from './scripts/sweep.js';

export interface MembershipContext {
  readonly hub: Hub;
  readonly names: Names;
  readonly nodeId: string;
  /** LEASE_MS */
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** What this node is now, and how many endpoints it has on which media servers. */
  readonly facts: () => Omit<NodeFacts, 'state'> & { readonly load: ReadonlyMap<string, number> };
}

export interface MembershipListener {
  /** The node may not act: it executes no request, starts no media call, and tells nobody anything. */
  frozen(): void;
  /**
   * Redis answers again: each room's owner is to be looked at before the node is up.
   * Rejects when that cannot be done now; it is asked again then.
   */
  thawing(): Promise<void>;
  up(): void;
  /** A node is dead. Called again each second while it owns rooms. */
  dead(id: string): void;
}

const lookEveryMs = 200;

/** This node among the others: it says that it lives, knows whether it may act, and notices which others are dead. */
export class Membership {
  readonly peers: Peers;
  readonly #context: MembershipContext;
  readonly #listener: MembershipListener;
  readonly #life: Life;
  readonly #loadReport = new LoadReport();
  #isUp = false;
  #isDraining = false;
  #hasClosed = false;
  /** Of a heartbeat that is not answered. */
  #sent: Moment | undefined;
  #wasOverdue = false;
  /** Redis time minus that of this machine, in ms. */
  #offset = 0;
  #facts: NodeFacts | undefined;
  #thaw: Promise<void> | undefined;
  readonly #stops: (() => void)[] = [];
  #stopBeat: (() => void) | undefined;
  #stopLook: (() => void) | undefined;

  constructor(context: MembershipContext, listener: MembershipListener) {
    this.#context = context;
    this.#listener = listener;
    this.#life = new Life(context.clock, context.leaseMs);
    this.peers = new Peers(context, (id) => {
      listener.dead(id);
    });
  }

  /** Resolves when the node is up. @throws ClusterError AWAY */
  async start(): Promise<void> {
    const { hub, names, nodeId } = this.#context;
    // Before others see the node: one without a subscription is dead.
    await hub.subscribe(names.channelOf(nodeId));
    this.#stops.push(
      hub.listen({
        connected: () => {
          this.peers.connected();
          void this.#beat();
        },
        disconnected: () => {
          this.#life.end();
          this.#freeze();
        },
        message: () => undefined,
      }),
    );
    this.peers.connected();
    await this.#beat();
    await this.#thaw;
    // The others, and then what they say of themselves: it decides in which form rooms are begun.
    for (let looks = 0; looks < 2; looks += 1) await this.peers.look();
    this.#look();
  }

  /** Frozen as soon as it is asked too late, even if no timer has run. */
  get state(): NodeState {
    if (this.#isUp && this.#life.isOver) this.#freeze();
    if (!this.#isUp) return 'frozen';
    return this.#isDraining ? 'draining' : 'up';
  }

  /** What this node has last said of itself. */
  get facts(): NodeFacts | undefined {
    return this.#facts;
  }

  /** The time of Redis, in ms since 1970, as far as it is known here. */
  get redisTime(): number {
    return this.#context.clock.wall() + this.#offset;
  }

  /** Takes no new rooms from now on. Resolves when Redis knows, or cannot be reached. */
  async drain(isDraining = true): Promise<void> {
    this.#isDraining = isDraining;
    await this.#beat();
  }

  /** Says that the node is gone. The rooms that it owns are taken over. */
  async close(): Promise<void> {
    const { hub, names, nodeId } = this.#context;
    this.#hasClosed = true;
    this.#isUp = false;
    for (const stop of [...this.#stops, this.#stopBeat, this.#stopLook]) stop?.();
    const keys = [names.node(nodeId), names.nodes, names.load, names.roomsOf(nodeId)];
    await hub.run(sweep, keys, [nodeId, '1']).catch(() => undefined);
  }

  async #beat(): Promise<void> {
    const { hub, names, nodeId, leaseMs, clock, facts } = this.#context;
    if (this.#hasClosed) return;
    this.#stopBeat?.();
    this.#stopBeat = clock.later(leaseMs / 3, () => void this.#beat());
    const { load, ...own } = facts();
    this.#facts = { ...own, state: this.#isDraining ? 'draining' : 'up' };
    const fields = factsAsFields(this.#facts);
    const loads = this.#loadReport.take(load).map(([url, endpoints]) => [`${url} ${nodeId}`, endpoints]);
    // A machine that has slept is frozen before it asks.
    if (this.#isUp && this.#life.isOver) this.#freeze();
    const sent = this.#life.moment;
    this.#sent ??= sent;
    const stopWaiting = this.#awaitAnswer(sent);
    try {
      const keys = [names.node(nodeId), names.nodes, names.load];
      const lists = [fields.length, ...fields.flat(), loads.length, ...loads.flat()];
      const time = z.number().parse(await hub.run(heartbeat, keys, [nodeId, leaseMs, ...lists]));
      this.#sent = undefined;
      this.#offset = time - (sent.wall + clock.wall()) / 2;
    } catch {
      this.#sent = undefined;
      this.#loadReport.forget();
      this.#life.silent();
      return;
    } finally {
      stopWaiting();
    }
    this.#life.answered(sent);
    if (!this.#isUp && !this.#life.isOver) this.#thaw ??= this.#rise().finally(() => (this.#thaw = undefined));
  }

  /** A node that is busy reads the answer late. @returns a function to be called with the answer */
  #awaitAnswer(sent: Moment): () => void {
    const { clock, leaseMs } = this.#context;
    let isOver = false;
    this.#life.asked(sent);
    const stop = clock.later(leaseMs / 6, () => {
      // What is in the sockets is read after the timers, in the same turn of the event loop.
      setImmediate(() => {
        if (!isOver) this.#life.silent();
      });
    });
    return () => {
      isOver = true;
      stop();
    };
  }

  async #rise(): Promise<void> {
    try {
      await this.#listener.thawing();
    } catch (error) {
      this.#context.log.debug('The rooms could not be checked', { error: String(error) });
      return;
    }
    if (this.#hasClosed || this.#life.isOver || !this.#context.hub.isConnected) return;
    this.#isUp = true;
    this.#listener.up();
  }

  #freeze(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#context.log.warn('Redis does not answer: this node waits');
    this.#listener.frozen();
  }

  readonly #look = (): void => {
    if (this.#hasClosed) return;
    this.#stopLook = this.#context.clock.later(lookEveryMs, this.#look);
    if (this.state === 'frozen') this.peers.forgetLooks();
    else void this.peers.look();
    // A connection that stands and answers nothing is dead. A machine that has slept has its answer at the next look.
    const isOverdue = this.#sent !== undefined && this.#life.isOlder(this.#sent);
    if (isOverdue && this.#wasOverdue) this.#context.hub.reconnect();
    this.#wasOverdue = isOverdue;
  };
}
