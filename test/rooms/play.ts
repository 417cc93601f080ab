import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { Placement } from '../../media/placement.js';
import type { MediaEngine, MediaKind } from '../../media/port.js';
import { Rooms, roles, roomOfFields } from '../../rooms/index.js';
import type { Journal, Participant, RoomsRecord } from '../../rooms/index.js';
import { FakeServer } from '../support/fake-server.js';
import { ManualTime } from '../support/manual-time.js';
import { RecordingLog } from '../support/recording-log.js';
import { attributesOf, joinAtOnce } from './stage.js';

const offer = 'v=0\r\nm=audio 9 RTP 111\r\na=mid:0\r\na=sendrecv\r\nm=video 9 RTP 96\r\na=mid:1\r\na=sendonly\r\n';
/** In the order that a store cannot keep. */
function sorted(room: RoomsRecord['rooms'][number]): unknown {
  const { publications, subscriptions, kept, ...others } = room;
  const inOrder = (list: readonly unknown[]): string[] => list.map((each) => JSON.stringify(each)).sort();
  return JSON.parse(
    JSON.stringify({
      ...others,
      publications: inOrder(publications),
      subscriptions: inOrder(subscriptions),
      kept: inOrder(kept),
    }),
  );
}

const person = fc.integer({ min: 0, max: 3 });
const stream = fc.constantFrom('webcam', 'screen');
const kind = fc.constantFrom<MediaKind>('audio', 'video');
export const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('join' as const), who: person, room: fc.constantFrom('r1', 'r2') }),
  },
  fc.record({ do: fc.constant('leave' as const), who: person }),
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('publish' as const), who: person, stream, loopback: fc.boolean() }),
  },
  fc.record({ do: fc.constant('unpublish' as const), who: person, stream }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reopen' as const), who: person, stream }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('subscribe' as const), who: person, to: person, stream }) },
  fc.record({ do: fc.constant('unsubscribe' as const), who: person, to: person }),
  fc.record({ do: fc.constant('say' as const), who: person }),
  fc.record({ do: fc.constant('state' as const), who: person, kind, on: fc.boolean(), stream }),
  fc.record({ do: fc.constant('hand' as const), who: person, on: fc.boolean() }),
  fc.record({ do: fc.constant('profile' as const), who: person }),
  fc.record({ do: fc.constant('cut' as const), who: person, kind, on: fc.boolean() }),
  fc.record({ do: fc.constant('grants' as const), who: person, role: fc.constantFrom(...Object.values(roles)) }),
  fc.record({ do: fc.constant('evict' as const), who: person }),
  fc.record({ do: fc.constant('mute' as const), who: person, kind: fc.constantFrom('audio', 'video', 'all', 'none') }),
  fc.record({ do: fc.constant('muteOne' as const), who: person, to: person, on: fc.boolean() }),
  fc.record({ do: fc.constant('filter' as const), who: person, on: fc.boolean() }),
  fc.record({ do: fc.constant('ownFilter' as const), who: person, stream, hue: fc.constantFrom('0', '1', undefined) }),
  fc.record({ do: fc.constant('roomFilter' as const), who: person, on: fc.boolean() }),
  fc.record({ do: fc.constant('update' as const), who: person, chatHistory: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ do: fc.constant('sids' as const), who: person }),
  fc.record({
    do: fc.constant('keep' as const),
    ...{ who: person, dialect: fc.constantFrom('one', 'two'), key: fc.constantFrom('k', 'k:1') },
    value: fc.option(fc.json({ maxDepth: 1 }), { nil: undefined }),
  }),
  fc.record({ do: fc.constant('keepOpen' as const), who: person, on: fc.boolean() }),
  fc.record({
    do: fc.constant('fail' as const),
    step: fc.constantFrom('openPipeline', 'createEndpoint', 'createFilter', 'changeFilter', 'connect', 'answer'),
  }),
  fc.record({ do: fc.constant('lose' as const), what: fc.constantFrom('endpoint', 'pipeline') }),
  fc.record({ do: fc.constant('close' as const), who: person }),
);
type Action = typeof action extends fc.Arbitrary<infer Each> ? Each : never;

const program = { administrator: 'test', bearer: { grantsIn: () => roles.MODERATOR } };
const filter = {
  type: 'face-overlay' as const,
  imageUrl: 'http://x/hat.png',
  placement: { offsetX: 0, offsetY: 0, width: 1, height: 1 },
};

const balance = { type: 'gstreamer' as const, command: 'videobalance' };

/** So that there is something to change from the beginning on. */
export const prelude: readonly Action[] = [
  ...[0, 1, 2, 3].map((who) => ({ do: 'join', who, room: 'r1' }) as const),
  { do: 'publish', who: 0, stream: 'webcam', loopback: true },
  { do: 'publish', who: 0, stream: 'screen', loopback: false },
  { do: 'publish', who: 1, stream: 'webcam', loopback: false },
  { do: 'subscribe', who: 2, to: 0, stream: 'webcam' },
  { do: 'subscribe', who: 3, to: 0, stream: 'screen' },
  { do: 'subscribe', who: 3, to: 1, stream: 'webcam' },
];

/** Where rooms are kept besides, as a test looks at it. */
export interface Store {
  readonly journal: Journal;
  /** For the media of the rooms. */
  readonly engineOn?: (media: MediaEngine) => MediaEngine;
  /** Called before somebody comes into a room. */
  readonly own?: (room: string) => Promise<unknown>;
  /** Everything that was told is kept now. */
  readonly settle: () => Promise<void> | void;
  /** By room. */
  readonly kept: () =>
    | ReadonlyMap<string, ReadonlyMap<string, string>>
    | Promise<ReadonlyMap<string, ReadonlyMap<string, string>>>;
}

/** Four people that do one thing after the other. What is refused changes nothing. */
export class Play {
  readonly servers: readonly FakeServer[];
  readonly rooms: Rooms;
  readonly #store: Store;
  readonly #people: (Participant | undefined)[] = [];

  /** @param servers URLs of the media servers, all of which the rooms use */
  constructor(store: Store, servers: readonly string[]) {
    this.#store = store;
    this.servers = servers.map((url) => new FakeServer(url));
    for (const server of this.servers) server.hasFilters = true;
    const spread = { later: new ManualTime().later };
    const media = new Placement({ engines: this.servers, limit: 2, relayAbove: 0.5, spread, log: new RecordingLog() });
    this.rooms = new Rooms(store.engineOn?.(media) ?? media, {
      journal: store.journal,
      firstIsModerator: true,
      defaults: { departureTimeoutS: 1 },
    });
  }

  async act(next: Action): Promise<void> {
    try {
      await this.#do(next);
    } catch {
      // As the client that asked for it is told.
    }
    // What was told and failed in between settles.
    for (let turns = 0; turns < 4; turns += 1) await turn();
    await this.#store.settle();
    // So that there is room for new ones.
    for (const { load, endpoints } of this.servers) load.endpoints = Math.min(1, endpoints.size);
  }

  /** On all media servers. */
  get allocated(): number {
    return this.servers.reduce((sum, { allocated }) => sum + allocated, 0);
  }

  /** @throws AssertionError when something is kept otherwise than it is */
  async check(after: string): Promise<void> {
    const present = this.rooms.record(({ id }) => ({ id })).rooms;
    const kept = await this.#store.kept();
    expect([...kept.keys()].sort(), after).to.deep.equal(present.map(({ room }) => room.name).sort());
    for (const each of present) {
      const fields = kept.get(each.room.name) ?? new Map<string, string>();
      expect(sorted(roomOfFields(fields)), after).to.deep.equal(sorted(each));
    }
  }

  #of(index: number): Participant {
    const found = this.#people[index];
    if (!found || found.closed) throw new Error('nobody');
    return found;
  }

  async #do(next: Action): Promise<void> {
    switch (next.do) {
      case 'join': {
        const id = `p${next.who}`;
        if (this.#people[next.who]?.closed === false) return;
        await this.#store.own?.(next.room);
        this.#people[next.who] = joinAtOnce(
          this.rooms,
          next.room,
          { id, attributes: attributesOf(id) },
          () => () => undefined,
        );
        return;
      }
      case 'leave':
        this.#of(next.who).leave();
        return;
      case 'publish': {
        const { announce } = await this.#of(next.who).publish(offer, { stream: next.stream, loopback: next.loopback });
        announce();
        return;
      }
      case 'reopen':
        await this.#of(next.who).reopen(offer, next.stream);
        return;
      case 'unpublish':
        this.#of(next.who).unpublish(next.stream);
        return;
      case 'subscribe':
        if (this.#of(next.who).room !== this.#of(next.to).room) return;
        await this.#of(next.who).subscribe(this.#of(next.to), offer, { stream: next.stream });
        return;
      case 'unsubscribe':
        this.#of(next.who).unsubscribe(this.#of(next.to));
        return;
      case 'say':
        this.#of(next.who).say('a text');
        return;
      case 'state':
        this.#of(next.who).updateState({ stream: next.stream, [next.kind]: next.on });
        return;
      case 'hand':
        this.#of(next.who).raiseHand(next.on);
        return;
      case 'profile':
        this.#of(next.who).updateProfile({ name: 'Other', metadata: 'm' });
        return;
      case 'cut':
        await this.#moderation(next.who).mute(this.#of(next.who), [next.kind], next.on);
        return;
      case 'grants':
        this.#moderation(next.who).setGrants(this.#of(next.who), next.role);
        return;
      case 'evict':
        this.#moderation(next.who).evict(this.#of(next.who));
        return;
      case 'mute': {
        const { publication } = this.#of(next.who);
        if (next.kind === 'none') await publication?.unmute();
        else await publication?.mute(next.kind);
        return;
      }
      case 'muteOne': {
        const subscription = this.#of(next.who).subscriptionTo(this.#of(next.to));
        await (next.on ? subscription?.mute('audio') : subscription?.unmute());
        return;
      }
      case 'filter':
        await this.#of(next.who).setFilter(next.on ? filter : undefined);
        return;
      case 'ownFilter': {
        const { hue } = next;
        const own = hue === undefined ? undefined : ({ ...balance, properties: { hue } } as const);
        await this.#of(next.who)
          .publicationOf(next.stream)
          ?.changeFilter(() => own);
        return;
      }
      case 'roomFilter':
        await this.#of(next.who).room.setFilter(next.on ? filter : undefined);
        return;
      case 'update':
        this.#moderation(next.who).update({ chatHistory: next.chatHistory, title: 'T' });
        return;
      case 'sids':
        expect(this.#of(next.who).sid + this.#of(next.who).room.sid).to.contain('PA_');
        expect(this.#of(next.who).publication?.sidOf('audio') ?? 'TR_').to.contain('TR_');
        return;
      case 'keep': {
        const values = this.#of(next.who).room.kept(next.dialect);
        if (next.value === undefined) values.delete(next.key);
        else values.set(next.key, JSON.parse(next.value));
        return;
      }
      case 'keepOpen':
        this.#of(next.who).room.kept('one').keepsOpen = next.on;
        return;
      case 'fail':
        for (const server of this.servers) server.failNext(next.step);
        return;
      case 'lose': {
        const all = this.servers.flatMap(({ endpoints, pipelines }): { vanish(): void }[] =>
          next.what === 'endpoint' ? [...endpoints] : [...pipelines],
        );
        all.at(-1)?.vanish();
        return;
      }
      case 'close':
        this.#of(next.who).room.close('over');
    }
  }

  #moderation(index: number) {
    return this.#of(index).room.moderatedBy(program);
  }
}
