import type { Counts } from '../../../cluster/counts.js';
import { CommitBudget } from '../../../cluster/commit-budget.js';
import { ClusterError } from '../../../cluster/cluster-error.js';
import type { Clock } from '../../../cluster/clock.js';
import { RoomJournal } from '../../../cluster/journal.js';
import type { JournalContext } from '../../../cluster/journal-context.js';
import { Life } from '../../../cluster/life.js';
import { roomHash } from '../../../cluster/names.js';
import { Relay } from '../../../cluster/relay/index.js';
import { messageSchema } from '../../../cluster/relay/messages.js';
import type { Message, Sent } from '../../../cluster/relay/messages.js';
import type { Post, PostListener } from '../../../cluster/relay/post.js';
import type { LogBounds } from '../../../cluster/room-log.js';
import type { Position } from '../../../cluster/position.js';
import type { Claim, Owner, Ownership } from '../../../cluster/room-store.js';
import { textFrame, textOf } from '../../../transport/frame.js';
import { RecordingLog } from '../../support/recording-log.js';
import { ModelConnection } from './model-connection.js';
import type { ModelRedis } from './model-redis.js';
import { ModelProcess } from './schedule.js';
import type { Schedule } from './schedule.js';
import { TinyDialect, TinyRoom } from './tiny-dialect.js';

export const leaseMs = 1_500;
export const graceMs = 4_000;

/** Rules of the protocol that a node may leave out, to see that somebody notices. */
export interface NodeRules {
  /** What has no answer is sent again. */
  readonly resends: boolean;
  /** What was not heard is read from the log. */
  readonly readsGaps: boolean;
  /** A gateway that is behind hears of it each second. */
  readonly reminds: boolean;
  readonly commitsFirst: boolean;
  /** What comes twice is known by its number. */
  readonly numbersActs: boolean;
}

/** What a node sees of the others. */
export interface NodesSeen {
  /** All that have been there. */
  readonly ids: readonly string[];
  hasKey(id: string): boolean;
  isListening(id: string): boolean;
}

export interface NodeContext {
  readonly schedule: Schedule;
  readonly redis: ModelRedis;
  readonly rules: NodeRules;
  readonly bounds: LogBounds;
  readonly nodes: NodesSeen;
  readonly counts: Counts;
  /** Whether a node that starts believes at once what it sees of others. Where Redis loses writes it waits for a lease, as a real one does. */
  readonly judgesAtOnce: boolean;
  readonly heartbeat: (id: string) => void;
  readonly tookOver: () => void;
  readonly gaveAway: () => void;
  /** Redis has lost the log of a room before this node has read what former owners told. */
  readonly logLost: (hash: string) => void;
  readonly fault: (text: string) => void;
  readonly trace: (text: string) => void;
}

interface OwnedRoom {
  readonly name: string;
  readonly hash: string;
  readonly journal: RoomJournal;
  readonly logEnd: Position | undefined;
  room: TinyRoom | undefined;
  /** Of its participants, also before it was closed and opened again. */
  lastSlot: number;
  leaving: Promise<void> | undefined;
  /** While it is given away. */
  handing: Promise<void> | undefined;
  isPaused: boolean;
  attempt: number;
}

type Claimed = Extract<Claim, { type: 'mine' }>;

/** A node: the real relay and the real journals, and small stand-ins for what is around them. */
export class ModelNode {
  readonly id: string;
  readonly process = new ModelProcess();
  readonly connection: ModelConnection;
  readonly relay: Relay;
  readonly log = new RecordingLog();
  readonly #context: NodeContext;
  readonly #clock: Clock;
  readonly #life: Life;
  readonly #journals: JournalContext;
  readonly #owned = new Map<string, OwnedRoom>();
  readonly #claims = new Map<string, Promise<OwnedRoom>>();
  /** The owners of rooms, as far as they are known. */
  readonly #owners = new Map<string, Owner>();
  readonly #dead = new Set<string>();
  readonly #misses = new Map<string, number>();
  readonly #numbers = new Map<string, number>();
  readonly #dialect: TinyDialect;
  #isUp = true;
  #stopBeat: (() => void) | undefined;
  #hasReconnected = false;
  #connectedAt = Number.NEGATIVE_INFINITY;

  constructor(id: string, context: NodeContext) {
    this.id = id;
    this.#context = context;
    const { schedule, redis, rules, bounds } = context;
    const { process } = this;
    const clock = (this.#clock = {
      now: () => schedule.now,
      wall: () => schedule.now,
      later: (ms: number, run: () => void) => schedule.after(ms, run, process),
    });
    this.#life = new Life(clock, leaseMs);
    if (!context.judgesAtOnce) this.#connectedAt = schedule.now;
    this.connection = new ModelConnection(
      { nodeId: id, redis, schedule, process, commitsFirst: rules.commitsFirst },
      {
        connected: () => {
          this.#connectedAt = schedule.now;
          this.#hasReconnected = true;
          this.#misses.clear();
          this.#dead.clear();
          this.#beat();
        },
        disconnected: () => {
          this.#life.end();
          this.#isUp = false;
        },
        heard: (text) => {
          this.relay.post.receive(text);
        },
      },
    );
    this.#dialect = new TinyDialect({
      ...{ schedule, process, graceMs },
      enter: async (name) => {
        const owned = await this.#own(name);
        return () => this.#open(owned);
      },
    });
    this.#journals = {
      ...{ nodeId: id, store: this.connection.store, clock, log: this.log, bounds, budget: new CommitBudget() },
      recovery: async () => {
        await new Promise<void>((resolve) => schedule.after(200, resolve, process));
        await this.connection.connection();
      },
      atEndOfTurn: (run) => void schedule.after(schedule.happens(0.5) ? 0 : schedule.between(0, 1), run, process),
      toSelf: (text) => {
        this.relay.post.receive(text);
      },
    };
    this.relay = new Relay({
      ...{ nodeId: id, clock, log: this.log, textOf, frameOf: textFrame, dialect: this.#dialect },
      counts: context.counts,
      post: (listener) => this.#post(listener),
      isUp: () => this.isUp,
      isAlive: (node) => !this.#dead.has(node),
      isSettling: () => this.#isSettling,
      own: async (name) => this.#own(name),
      ownGiven: async (hash) => this.#ownGiven(hash),
      wanted: () => undefined,
      owns: (name) => this.#owned.get(name)?.leaving === undefined && this.#owned.has(name),
      unused: (name) => {
        const owned = this.#owned.get(name);
        if (owned && !owned.room) this.#closeSoon(owned);
      },
      find: async (hash) => this.#find(hash),
      moved: (hash, owner) => {
        this.#moved(hash, owner);
      },
      logAfter: async (hash, after, limit) => (rules.readsGaps ? this.connection.logSince(hash, after, limit) : []),
      roomOf: async (session) => this.connection.roomOf(session),
      deaf: (node) => {
        this.#deaf(node);
      },
    });
    if (!rules.resends) this.relay.gateways.tick = () => undefined;
    if (!rules.reminds) this.relay.owners.tick = () => undefined;
    this.#life.answered(this.#life.moment);
    context.heartbeat(id);
    this.#beat();
    this.#look();
    this.#lookForGiven();
    schedule.after(
      leaseMs,
      () => {
        this.#tick();
      },
      process,
    );
  }

  get isUp(): boolean {
    return this.#isUp && !this.#life.isOver;
  }

  get isEmpty(): boolean {
    const { rooms, lines, sessions } = this.relay.counts;
    return this.#owned.size + rooms + lines + sessions === 0;
  }

  get owned(): readonly { readonly name: string; readonly room: TinyRoom | undefined }[] {
    return [...this.#owned.values()];
  }

  /** Whether it has the room in memory: it does not know yet of one that it was given a moment ago. */
  has({ hash, epoch }: Ownership): boolean {
    return [...this.#owned.values()].some(
      ({ hash: owned, journal }) => owned === hash && journal.ownership.epoch === epoch,
    );
  }

  /** Gives a room away, if it has any that is open. */
  async handOver(to: string): Promise<void> {
    const room = [...this.#owned.values()].find((each) => each.room && !each.leaving && !each.isPaused);
    if (!room) return;
    const { owners } = this.relay;
    room.isPaused = true;
    try {
      await Promise.race([owners.pause(room), new Promise<void>((resolve) => this.#clock.later(500, resolve))]);
      if (this.#owned.get(room.name) !== room || !room.room || room.leaving) return;
      const handing = room.journal.handOver(to);
      room.handing = handing.then(
        () => undefined,
        () => undefined,
      );
      const next = { node: to, epoch: await handing };
      this.#moved(room.hash, next);
      this.#context.trace(`HANDOVER ${this.id} ${room.name} ${to}`);
      this.#context.gaveAway();
      this.#stepDown(room, next);
    } catch {
      // That node is not there, or the room was lost.
    } finally {
      room.isPaused = false;
      room.handing = undefined;
      if (this.#owned.get(room.name) === room) owners.goOn(room);
    }
  }

  async #ownGiven(hash: string): Promise<OwnedRoom> {
    const { redis } = this.#context;
    const { name, owner } = await this.connection.ask(() => ({
      name: redis.roomsOf(this.id).find((room) => room.hash === hash)?.name,
      owner: redis.ownerOf(hash),
    }));
    if (name === undefined || !owner) throw new ClusterError('FENCED', 'another node owns it');
    const present = this.#owned.get(name);
    if (present && !present.leaving) present.journal.ownerIs(owner);
    return this.#own(name);
  }

  /** A message that a room was given to this node may be lost. */
  #lookForGiven(): void {
    this.#clock.later(1_000, () => {
      this.#lookForGiven();
    });
    if (!this.isUp) return;
    this.connection
      .ask(() => this.#context.redis.roomsOf(this.id))
      .then(
        async (rooms) => {
          for (const { name, hash } of rooms)
            if (!this.#owned.has(name)) await this.#ownGiven(hash).catch(() => undefined);
        },
        () => undefined,
      );
  }

  /** The process is killed. */
  kill(): void {
    this.process.isDead = true;
    this.connection.end();
  }

  #tick(): void {
    for (const { journal } of this.#owned.values()) journal.tick();
    this.#clock.later(this.#context.bounds.resumeMs, () => {
      this.#tick();
    });
  }

  #beat(): void {
    this.#stopBeat?.();
    const sent = this.#life.moment;
    if (this.#life.isOver) this.#isUp = false;
    this.connection
      .ask(() => {
        this.#context.heartbeat(this.id);
      })
      .then(
        () => {
          this.#life.answered(sent);
          if (!this.#isUp && !this.#life.isOver) void this.#thaw();
        },
        () => undefined,
      );
    this.#stopBeat = this.#clock.later(leaseMs / 3, () => {
      this.#beat();
    });
  }

  /** Rooms that another node has taken are left before this node goes on. */
  async #thaw(): Promise<void> {
    try {
      for (const { hash, journal } of [...this.#owned.values()]) {
        journal.redisHas(await this.connection.ownerOf(hash));
      }
    } catch {
      return;
    }
    if (this.#isUp || this.#life.isOver || !this.connection.isConnected) return;
    this.#isUp = true;
    this.#context.trace(`UP ${this.id}`);
    this.relay.up();
  }

  get #isSettling(): boolean {
    return this.#hasReconnected && !this.#mayJudge;
  }

  get #mayJudge(): boolean {
    return this.#clock.now() - this.#connectedAt >= leaseMs;
  }

  #look(): void {
    const { nodes } = this.#context;
    if (!this.isUp) this.#misses.clear();
    else
      this.connection
        .ask(() => nodes.ids.map((id) => [id, nodes.hasKey(id), nodes.isListening(id)] as const))
        .then(
          (seen) => {
            for (const [id, hasKey, isListening] of seen) if (id !== this.id) this.#judge(id, hasKey, isListening);
          },
          () => undefined,
        );
    this.#clock.later(200, () => {
      this.#look();
    });
  }

  #judge(id: string, hasKey: boolean, isListening: boolean): void {
    const misses = isListening || !this.#mayJudge ? 0 : (this.#misses.get(id) ?? 0) + 1;
    this.#misses.set(id, misses);
    if (!this.#mayJudge || (hasKey && misses < 2)) {
      this.#dead.delete(id);
      return;
    }
    const isNew = !this.#dead.has(id);
    this.#dead.add(id);
    if (isNew) this.#context.trace(`DEAD ${id} for ${this.id}`);
    if (isNew) this.relay.died(id);
    if (this.isUp && (isNew || this.#context.schedule.happens(0.2))) void this.#takeOver(id);
  }

  async #takeOver(dead: string): Promise<void> {
    const { redis, schedule } = this.#context;
    try {
      for (const { hash, name } of await this.connection.ask(() => redis.roomsOf(dead))) {
        // The others come a while later.
        schedule.after(schedule.one([0, 300]), () => void this.#take(dead, hash, name), this.process);
      }
    } catch {
      // It is tried again.
    }
  }

  async #take(dead: string, hash: string, name: string): Promise<void> {
    if (!this.isUp || !this.#dead.has(dead)) return;
    try {
      const claim = await this.connection.claim(hash, name, dead);
      if (claim.type === 'other') this.#moved(hash, claim.owner);
      if (claim.type !== 'mine') return;
      this.#moved(hash, { node: this.id, epoch: claim.epoch, logEnd: claim.logEnd });
      this.#context.trace(`TAKE ${this.id} ${name}`);
      this.#begin(name, claim);
    } catch {
      // It is tried again.
    }
  }

  async #find(hash: string): Promise<Owner | undefined> {
    const known = this.#owners.get(hash);
    if (known) return known;
    const owner = await this.connection.ownerOf(hash);
    this.#moved(hash, owner);
    return owner;
  }

  #moved(hash: string, owner: Owner | undefined): void {
    if (!owner) this.#owners.delete(hash);
    else if ((this.#owners.get(hash)?.epoch ?? 0) <= owner.epoch) this.#owners.set(hash, owner);
  }

  #deaf(node: string): void {
    for (const [hash, owner] of this.#owners) if (owner.node === node) this.#owners.delete(hash);
  }

  async #own(name: string): Promise<OwnedRoom> {
    const present = this.#owned.get(name);
    if (present && !present.leaving) return present;
    const running = this.#claims.get(name);
    if (running) return running;
    const claim = this.#claim(name).finally(() => this.#claims.delete(name));
    this.#claims.set(name, claim);
    return claim;
  }

  async #claim(name: string): Promise<OwnedRoom> {
    await this.#owned.get(name)?.leaving;
    const hash = roomHash(name);
    // As `Directory` does: an owner that lives writes the room again.
    while (this.#isSettling && !(await this.connection.ownerOf(hash))) {
      await new Promise<void>((resolve) => this.#clock.later(100, resolve));
    }
    if (!this.isUp) throw new ClusterError('AWAY', 'Redis does not answer');
    let claim = await this.connection.claim(hash, name);
    if (claim.type === 'other' && this.#dead.has(claim.owner.node)) {
      claim = await this.connection.claim(hash, name, claim.owner.node);
    }
    if (claim.type === 'mine') {
      this.#moved(hash, { node: this.id, epoch: claim.epoch, logEnd: claim.logEnd });
      return this.#begin(name, claim);
    }
    if (claim.type === 'other') this.#moved(hash, claim.owner);
    throw new ClusterError('FENCED', 'another node owns it');
  }

  #begin(name: string, claim: Claimed): OwnedRoom {
    const hash = roomHash(name);
    const present = this.#owned.get(name);
    if (present && !present.journal.hasEnded) {
      if (present.journal.ownership.epoch >= claim.epoch) return present;
      present.journal.end();
    }
    if (present) this.#stepDown(present);
    const { owners } = this.relay;
    const { state } = claim;
    const journal = new RoomJournal({ ...claim, hash, name }, owners.sessionsIn(state), this.#journals, {
      gathering: (from) => {
        owners.gathering(owned, from);
      },
      trimming: (frames) => {
        owners.trimming(owned, frames);
      },
      logLost: (at) => {
        this.#context.logLost(hash);
        owners.logLost(owned, at);
      },
      fenced: () => {
        this.#stepDown(owned);
      },
      deaf: (node) => {
        this.relay.deaf(node);
      },
    });
    const owned: OwnedRoom = {
      name,
      hash,
      journal,
      logEnd: claim.logEnd,
      room: undefined,
      lastSlot: 0,
      leaving: undefined,
      handing: undefined,
      isPaused: false,
      attempt: 0,
    };
    this.#owned.set(name, owned);
    owners.begun(owned, state);
    if (state.has('room')) {
      this.#context.tookOver();
      owned.room = new TinyRoom(name, this.#journalOf(owned));
      this.#dialect.restore(owned.room, state, owners);
      owners.restored(owned);
    } else
      this.#clock.later(2_000, () => {
        if (!owned.room) this.#closeSoon(owned);
      });
    return owned;
  }

  #open(owned: OwnedRoom): TinyRoom {
    if (this.#owned.get(owned.name) !== owned || owned.leaving) throw new Error('the room is not owned any more');
    owned.room ??= new TinyRoom(owned.name, this.#journalOf(owned), owned.lastSlot + 1);
    owned.attempt += 1;
    return owned.room;
  }

  #journalOf({ name }: { readonly name: string }): ConstructorParameters<typeof TinyRoom>[1] {
    return {
      changed: (room, field, text) => {
        const owned = this.#owned.get(name);
        // A session that ends with the room changes nothing any more.
        if (!owned || owned.leaving || (owned.room && owned.room !== room)) return;
        owned.lastSlot = Math.max(owned.lastSlot, room.nextSlot - 1);
        if (text === undefined) owned.journal.remove(field);
        else owned.journal.set(field, text);
      },
      closed: (room) => {
        const owned = this.#owned.get(name);
        if (owned?.room !== room) return;
        owned.room = undefined;
        owned.journal.remove('room');
        this.#closeSoon(owned);
      },
    };
  }

  #closeSoon(owned: OwnedRoom): void {
    owned.attempt += 1;
    const { attempt } = owned;
    const close = async (): Promise<void> => {
      await owned.handing;
      await this.relay.owners.idle(owned);
      const isWanted = owned.attempt !== attempt || owned.room !== undefined;
      if (isWanted || owned.leaving || this.#owned.get(owned.name) !== owned) return;
      owned.leaving = this.#close(owned);
    };
    this.#clock.later(0, () => void close());
  }

  async #close(owned: OwnedRoom): Promise<void> {
    try {
      await owned.journal.close();
    } catch {
      if (this.#owned.get(owned.name) !== owned) return;
      owned.journal.end();
    }
    this.#owned.delete(owned.name);
    this.relay.owners.ended(owned);
  }

  #stepDown(owned: OwnedRoom, next?: Owner): void {
    if (this.#owned.get(owned.name) !== owned) return;
    this.#owned.delete(owned.name);
    for (const session of owned.room?.members.values() ?? []) session.letGo();
    this.relay.owners.ended(owned, next);
  }

  /** Each act comes as if it had not come before. */
  #renumbered(message: Message): Message {
    if (message.t !== 'req') return message;
    const q = message.q.map(([line, , act]): (typeof message.q)[number] => {
      const number = (this.#numbers.get(line) ?? 0) + 1;
      this.#numbers.set(line, number);
      return [line, number, act];
    });
    return { ...message, q };
  }

  #post(listener: PostListener): Post & { receive(text: string): void } {
    let waiting = new Map<string, Sent[]>();
    let isUrgent = false;
    const receive = (text: string): void => {
      this.#context.trace(`HEARD ${this.id} ${text}`);
      for (const each of JSON.parse(text) as unknown[]) {
        const { data, error } = messageSchema.safeParse(each);
        if (data) listener.heard(this.#context.rules.numbersActs ? data : this.#renumbered(data));
        else this.#context.fault(`A message cannot be read: ${String(error)} ${text}`);
      }
    };
    const tell = (node: string, messages: readonly Sent[]): void => {
      this.connection
        .ask(() => this.#context.redis.publish(node, JSON.stringify(messages)))
        .then(
          (isHeard) => {
            if (!isHeard) listener.deaf(node);
          },
          () => undefined,
        );
    };
    const publish = (): void => {
      const all = waiting;
      waiting = new Map();
      isUrgent = false;
      for (const [node, messages] of all) tell(node, messages);
    };
    return {
      receive,
      send: (node, message, withinMs = 0) => {
        if (node === this.id) {
          receive(JSON.stringify([message]));
          return;
        }
        if (withinMs > 0) this.#clock.later(withinMs, publish);
        else if (!isUrgent) {
          isUrgent = true;
          this.#clock.later(0, publish);
        }
        waiting.set(node, [...(waiting.get(node) ?? []), message]);
      },
      sendNow: (node) => {
        const messages = waiting.get(node);
        waiting.delete(node);
        if (messages) tell(node, messages);
      },
    };
  }
}
