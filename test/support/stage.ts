import { expect } from 'chai';
import { MediaError } from '../../media/errors.js';
import type { GivenConfig } from '../../src/config.js';
import type { Step } from './fake-media.js';
import { RoomError, noGrants } from '../../rooms/index.js';
import { MemoryStore } from './memory-store.js';
import { RoomStack, nothingRemains } from './room-stack.js';
import type { Line, Scene } from './transcript-file.js';
import { until } from './until.js';

/** The directions of transcripts. The first pattern that fits is used. */
const directions: readonly (readonly [RegExp, (stage: Stage, ...parts: string[]) => unknown])[] = [
  // Options of the server, `media in memory` and `recordings are kept` are read before the scene begins.
  [/^with \{.*\}$|^media in memory$|^recordings are kept$/, () => undefined],
  [
    /^(the room is on another node|nobody can say which node has the room)$/,
    ({ stack }, where = '') => {
      // One process has no other nodes: the rooms refuse as they would there.
      const isKnown = where === 'the room is on another node';
      stack.rooms.join = () =>
        Promise.reject(new RoomError(isKnown ? 'interrupted' : 'room-refused', where, { retry: true }));
    },
  ],
  [
    /^media records nothing$/,
    ({ stack }) => {
      stack.media.failNext('createRecorder', new MediaError('not-supported', 'It records nothing'));
    },
  ],
  [
    /^the store refuses: (off|no-space|limit)$/,
    ({ store }, reason) => {
      store.refuseNext = reason as typeof store.refuseNext;
    },
  ],
  [
    /^the recordings must stop: (no-space|limit)$/,
    ({ store }, reason) => {
      for (const { ended, listener } of store.folders) if (!ended) listener.mustStop(reason as 'no-space' | 'limit');
    },
  ],
  [/^the recordings are (\d+)$/, ({ store }, count) => expect(store.folders.length).to.equal(Number(count))],
  [
    /^a recorder joins (\w+)$/,
    async ({ stack }, name = '') => {
      const attributes = { displayName: 'recorder', dialect: 'recorders', hearsPrivateTexts: false };
      const grants = { ...noGrants, roomJoin: true, hidden: true, recorder: true };
      const bearer = { grantsIn: () => grants, claims: {} };
      await stack.rooms.join(name, { id: 'recorder', attributes, bearer }, () => () => undefined);
    },
  ],
  [/^the recorder leaves (\w+)$/, ({ stack }, name = '') => stack.rooms.find(name)?.findAny('recorder')?.leave()],
  [
    /^in this order$/,
    (stage) => {
      stage.beginOrder();
    },
  ],
  [
    /^media hears who speaks$/,
    ({ stack: { media } }) => {
      media.abilities = { ...media.abilities, activeSpeaker: 'server' };
    },
  ],
  [
    /^pipeline hears (.+)$/,
    (stage, text = '') => {
      const speakers = [...text.matchAll(/(\d+) at ([\d.]+)/g)];
      stage
        .pipeline()
        .listener.speakersChanged?.(
          speakers.map(([, index, level]) => ({ endpoint: stage.endpoint(index), level: Number(level) })),
        );
    },
  ],
  [/^media has filters$/, ({ stack }) => (stack.media.hasFilters = true)],
  [/^media is full$/, ({ stack }) => (stack.media.hasCapacity = false)],
  [
    /^the server is about to end$/,
    ({ stack: { rooms } }) => {
      rooms.endAt(Date.now() + 30_000);
      rooms.announceStop({ inMs: 30_000, comeBack: true, reason: 'update' });
    },
  ],
  [/^media has room$/, ({ stack }) => (stack.media.hasCapacity = true)],
  [
    /^media fails at (\w+)$/,
    ({ stack }, step) => {
      stack.media.failNext(step as Step);
    },
  ],
  [/^media is stopped at (\w+)$/, (stage, step) => (stage.held = stage.stack.media.holdNext(step as Step))],
  [/^media waits$/, (stage) => stage.held?.reached],
  [/^media goes on$/, (stage) => stage.held?.open()],
  [
    /^endpoint (\d+) finds (.+)$/,
    (stage, index, candidate = '') => {
      stage.endpoint(index).listener.candidateFound({ candidate, sdpMid: '0', sdpMLineIndex: 0 });
    },
  ],
  [
    /^endpoint (\d+) fails: (.+)$/,
    (stage, index, text) => {
      stage.endpoint(index).listener.failed(failure(text));
    },
  ],
  [
    /^endpoint (\d+) feeds (\d+|nobody)$/,
    (stage, from, to) => {
      const expected = to === 'nobody' ? [] : [stage.endpoint(to)];
      expect([...stage.endpoint(from).sinks]).to.deep.equal(expected);
    },
  ],
  [
    /^endpoint (\d+) receives (nothing|[\w ]+)$/,
    (stage, index, kinds = '') => {
      expect(stage.endpoint(index).receives).to.have.members(kinds === 'nothing' ? [] : kinds.split(' '));
    },
  ],
  [
    /^endpoint (\d+) is wanted in (no layer|layers? [\d ]+)$/,
    (stage, index, wanted = '') => {
      stage.endpoint(index).listener.layersWanted?.(['0', '1', '2'].map((layer) => wanted.includes(layer)));
    },
  ],
  [
    /^endpoint (\d+) wants (\{.*\})$/,
    (stage, index, wish = '') => {
      expect(stage.endpoint(index).wish).to.deep.include(JSON.parse(wish));
    },
  ],
  [
    /^soon endpoint (\d+) receives ([\w ]+)$/,
    (stage, index, kinds = '') =>
      until(`it receives ${kinds}`, () => stage.endpoint(index).receives.join(' ') === kinds),
  ],
  [
    /^endpoint (\d+) has (no )?data channels$/,
    (stage, index, no) => {
      expect(stage.endpoint(index).options.dataChannels ?? false).to.equal(no !== 'no ');
    },
  ],
  [
    /^endpoint (\d+) has candidates ?(.*)$/,
    (stage, index, candidates = '') => {
      const expected = candidates === '' ? [] : candidates.split(' ');
      expect(stage.endpoint(index).candidates.map(({ candidate }) => candidate)).to.deep.equal(expected);
    },
  ],
  [/^the endpoints are (\d+)$/, ({ stack }, count) => expect(stack.media.endpoints.size).to.equal(Number(count))],
  [/^the rooms are none$/, ({ stack }) => expect(stack.rooms.names).to.deep.equal([])],
  [
    /^pipeline fails: (.+)$/,
    (stage, text) => {
      stage.pipeline().listener.failed(failure(text));
    },
  ],
  [
    /^pipeline is lost: (.+)$/,
    (stage, text = '') => {
      const pipeline = stage.pipeline();
      // It ended with the media server, so nobody releases it.
      stage.stack.media.pipelines.delete(pipeline);
      pipeline.listener.mediaLost(new MediaError('unavailable', text));
    },
  ],
  [
    /^(\w+) is evicted from (\w+)$/,
    ({ stack }, id = '', name = '') => {
      const participant = stack.rooms.find(name)?.find(id);
      participant?.room.evict(participant);
    },
  ],
  [
    /^(\w+) joins (\w+) without media of this server$/,
    async ({ stack }, id = '', name = '') => {
      const attributes = { displayName: id, dialect: 'peers', hearsPrivateTexts: false, peerToPeer: true };
      await stack.rooms.join(name, { id, attributes }, () => () => undefined);
    },
  ],
  [/^(\w+) leaves (\w+)$/, ({ stack }, id = '', name = '') => stack.rooms.find(name)?.find(id)?.leave()],
  [/^room (\w+) is closed$/, ({ stack }, name = '') => stack.rooms.find(name)?.close('the transcript says so')],
  [
    /^joining is broken$/,
    ({ stack }) => {
      stack.media.defect = new TypeError('a defect, with inside knowledge');
    },
  ],
];

/** Plays a scene in which the server acts, on the room protocol with media in memory. Each scene has its own stage. */
export class Stage {
  readonly stack: RoomStack;
  readonly store = new MemoryStore();
  #sentBefore = 0;
  held: ReturnType<RoomStack['media']['holdNext']> | undefined;

  constructor(scene: Scene) {
    const options = scene.lines
      .find(({ type, text }) => type === 'direction' && text.startsWith('with '))
      ?.text.slice(5);
    const isRecorded = scene.lines.some(({ text }) => text === 'recordings are kept');
    this.stack = new RoomStack(
      options === undefined ? {} : (JSON.parse(options) as GivenConfig),
      isRecorded ? { recordings: this.store } : {},
    );
  }

  async direct(text: string): Promise<void> {
    for (const [pattern, act] of directions) {
      const parts = pattern.exec(text);
      if (!parts) continue;
      await act(this, ...parts.slice(1));
      return;
    }
    throw new Error(`no such direction: ${text}`);
  }

  /** Resolves when the server has only so many connections left. */
  async noticed(connections: number): Promise<void> {
    await until('the server has noticed the loss', () => this.stack.openConnections === connections);
  }

  /** That the frames went out in the order of their lines, over all sockets, from the direction on that says so. */
  expectOrder(lines: readonly Line[]): void {
    const start = lines.findIndex(({ text }) => text === 'in this order');
    if (start < 0) return;
    const people = [...new Set(lines.filter(({ who }) => who !== '').map(({ who }) => who))];
    const expected = lines.slice(start).filter(({ type }) => type === 'receive');
    const sent = this.stack.sent.slice(this.#sentBefore);
    expect(sent.map(({ connection, text }) => `${people[connection]} ${gist(text)}`)).to.deep.equal(
      expected.map(({ who, text }) => `${who} ${gist(text)}`),
    );
  }

  /** From here on the order over all sockets matters. */
  beginOrder(): void {
    this.#sentBefore = this.stack.sent.length;
  }

  async expectEmpty(): Promise<void> {
    const { stack } = this;
    await until('nothing is left', () => JSON.stringify(stack.remains) === JSON.stringify(nothingRemains));
  }

  /** @param index in the order of their making, from 1, of those that are there */
  endpoint(index: string | undefined) {
    const endpoint = [...this.stack.media.endpoints][Number(index) - 1];
    if (!endpoint) throw new Error(`there is no endpoint ${index}`);
    return endpoint;
  }

  pipeline() {
    const [pipeline] = this.stack.media.pipelines;
    if (!pipeline) throw new Error('there is no pipeline');
    return pipeline;
  }
}

function failure(text = ''): MediaError {
  return new MediaError('engine-error', text);
}

/** Distinguishes frames that go to the same client. */
function gist(text: string): string {
  const { id, method } = JSON.parse(text) as { id?: unknown; method?: string };
  return method ?? `answer ${JSON.stringify(id)}`;
}
