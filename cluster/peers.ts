import { z } from 'zod';
import type { MembershipContext } from './membership.js';
import { readFacts } from './node-facts.js';
import type { NodeFacts } from './node-facts.js';
import type { Command } from './redis.js';
import { sweep } from './scripts/sweep.js';
import { texts } from './texts.js';

export interface Peer {
  readonly id: string;
  readonly facts: NodeFacts;
}

interface Seen {
  /** Looks in a row at which nobody was subscribed. */
  misses: number;
  /** When it was told as dead, as `Clock.now` has it. */
  toldAt?: number | undefined;
  facts?: NodeFacts | undefined;
  /** Whether it has said that it leaves. */
  hasLeft?: boolean;
}

const readFactsEveryMs = 1_000;
const tellAgainMs = 1_000;
/** The load of many nodes on many media servers is read less often: so many fields a second. */
const loadFieldsPerMs = 2;

/** The other nodes: which there are, which of them are dead, and what they say of themselves. */
export class Peers {
  readonly #context: MembershipContext;
  readonly #onDead: (id: string) => void;
  #seen = new Map<string, Seen>();
  #load = new Map<string, number>();
  readonly #differing = new Set<string>();
  #connectedAt = 0;
  #connections = 0;
  #factsReadAt = Number.NEGATIVE_INFINITY;
  /** When the load may be read again. */
  #loadDueAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(context: MembershipContext, onDead: (id: string) => void) {
    this.#context = context;
    this.#onDead = onDead;
  }

  /** Those that live, with what they last said. */
  get alive(): readonly Peer[] {
    return this.all.filter(({ isDead }) => !isDead);
  }

  /** Those that live, and the dead ones that still own rooms. */
  get all(): readonly (Peer & { readonly isDead: boolean })[] {
    return [...this.#seen].flatMap(([id, { facts, toldAt }]) =>
      facts === undefined ? [] : [{ id, facts, isDead: toldAt !== undefined }],
    );
  }

  /** Endpoints that the other nodes have on media servers, by URL. */
  get load(): ReadonlyMap<string, number> {
    return this.#load;
  }

  isDead(id: string): boolean {
    const seen = this.#seen.get(id);
    return seen?.toldAt !== undefined && (seen.hasLeft === true || this.#mayJudge);
  }

  /** Redis can be asked again. For the time of a lease nobody is dead: after a restart of Redis nobody seems to be alive. */
  connected(): void {
    this.#connectedAt = this.#context.clock.now();
    this.#connections += 1;
    this.forgetLooks();
  }

  forgetLooks(): void {
    for (const seen of this.#seen.values()) {
      seen.misses = 0;
      seen.toldAt = undefined;
    }
  }

  /** Nobody heard a message to this node, or it was found as the owner of a room. */
  async suspect(id: string): Promise<void> {
    if (id !== this.#context.nodeId && !this.#seen.has(id)) this.#seen.set(id, { misses: 0 });
    await this.look();
  }

  /** Looks at all others once. Never rejects. */
  async look(): Promise<void> {
    this.#looking ??= this.#lookNow()
      .catch(() => undefined)
      .finally(() => (this.#looking = undefined));
    await this.#looking;
  }

  /** Whether Redis is back for less than a lease: it may have lost what other nodes are about to write again. */
  get isSettling(): boolean {
    return this.#connections > 1 && !this.#mayJudge;
  }

  get #mayJudge(): boolean {
    return this.#context.clock.now() - this.#connectedAt >= this.#context.leaseMs;
  }

  async #lookNow(): Promise<void> {
    const { hub, names, clock } = this.#context;
    const ids = [...this.#seen.keys()];
    const now = clock.now();
    const isFactsTime = now - this.#factsReadAt >= readFactsEveryMs;
    const isLoadTime = isFactsTime && now >= this.#loadDueAt;
    const asked: Command[] = [
      ['ZRANGE', names.nodes, 0, -1, 'WITHSCORES'],
      ['PUBSUB', 'NUMSUB', ...ids.map((id) => names.channelOf(id))],
      ...ids.map((id): Command => ['EXISTS', names.node(id)]),
      ...(isFactsTime ? ids.map((id): Command => ['HGETALL', names.node(id)]) : []),
      ...(isLoadTime ? [['HGETALL', names.load] satisfies Command] : []),
    ];
    const [listed, subscribers, ...rest] = await hub.all(asked);
    const heard = subscriberCounts.parse(subscribers);
    const times = nodeTimes.parse(listed);
    if (isFactsTime) this.#factsReadAt = now;
    for (const [index, id] of ids.entries()) {
      const seen = this.#seen.get(id);
      if (!seen) continue;
      seen.hasLeft = times.get(id) === 0;
      const fields = isFactsTime ? texts.parse(rest[ids.length + index]) : undefined;
      if (fields) this.#keepFacts(id, seen, readFacts(fields));
      this.#judge(id, seen, rest[index] === 1, (heard.get(names.channelOf(id)) ?? 0) > 0);
    }
    if (isLoadTime) {
      const load = texts.parse(rest.at(-1));
      this.#loadDueAt = now + load.size / loadFieldsPerMs;
      this.#addUp(load);
    }
    const known = new Set(times.keys());
    known.delete(this.#context.nodeId);
    for (const id of known) {
      if (this.#seen.has(id)) continue;
      this.#seen.set(id, { misses: 0 });
      // What it says of itself is read at the next look.
      this.#factsReadAt = Number.NEGATIVE_INFINITY;
    }
  }

  #judge(id: string, seen: Seen, exists: boolean, isSubscribed: boolean): void {
    const now = this.#context.clock.now();
    seen.misses = isSubscribed || !this.#mayJudge ? 0 : seen.misses + 1;
    const isDead = seen.hasLeft === true || (this.#mayJudge && (!exists || seen.misses >= 2));
    if (!isDead) {
      seen.toldAt = undefined;
      return;
    }
    if (seen.toldAt === undefined) this.#context.log.warn('A node is dead', { node: id, name: seen.facts?.name });
    else if (now - seen.toldAt < tellAgainMs) return;
    seen.toldAt = now;
    this.#onDead(id);
    void this.#sweep(id);
  }

  /** Removes what is left of a node that has no rooms. */
  async #sweep(id: string): Promise<void> {
    const { hub, names } = this.#context;
    const keys = [names.node(id), names.nodes, names.load, names.roomsOf(id)];
    const isSwept = await hub.run(sweep, keys, [id, '']).catch(() => 0);
    if (isSwept === 1) this.#seen.delete(id);
  }

  #keepFacts(id: string, seen: Seen, facts: NodeFacts | undefined): void {
    if (!facts) return;
    seen.facts = facts;
    const { digest } = this.#context.facts();
    if (facts.digest === digest || this.#differing.has(id)) return;
    this.#differing.add(id);
    this.#context.log.warn('A node has other options than this one', { node: id, name: facts.name });
  }

  #addUp(fields: ReadonlyMap<string, string>): void {
    this.#load = new Map();
    for (const [field, endpoints] of fields) {
      const [url = '', id = ''] = field.split(' ');
      const seen = this.#seen.get(id);
      if (seen && seen.toldAt === undefined) this.#load.set(url, (this.#load.get(url) ?? 0) + Number(endpoints));
    }
  }
}

/** Newer versions of the protocol of Redis have pairs, older ones a list. */
const nodeTimes = z
  .array(z.union([z.string(), z.number(), z.tuple([z.string(), z.coerce.number()])]))
  .transform((list): ReadonlyMap<string, number> => {
    const flat = list.flat();
    const times = new Map<string, number>();
    for (let index = 0; index + 1 < flat.length; index += 2) times.set(String(flat[index]), Number(flat[index + 1]));
    return times;
  });

const subscriberCounts = z.array(z.union([z.string(), z.number()])).transform((list): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (let index = 0; index + 1 < list.length; index += 2) counts.set(String(list[index]), Number(list[index + 1]));
  return counts;
});
