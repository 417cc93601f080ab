import { expect } from 'chai';
import { Rooms, roles, roomsRecordSchema } from '../../rooms/index.js';
import type { Participant } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import type { FakeEndpoint } from '../support/fake-media.js';
import { ManualTime } from '../support/manual-time.js';
import { attributesOf, joinAtOnce, publish } from './stage.js';
import { both } from './recording-stage.js';

const moderates = roles.MODERATOR;

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the video of the latest speakers', () => {
  let media: FakeMedia;
  let time: ManualTime;
  let rooms: Rooms;
  let now: number;
  /** What each publishes, by name. */
  let sources: Map<string, FakeEndpoint>;

  beforeEach(() => {
    media = new FakeMedia();
    media.abilities = { ...media.abilities, activeSpeaker: 'server' };
    sources = new Map();
    now = 0;
    begin();
  });

  function begin(): void {
    time = new ManualTime();
    rooms = new Rooms(media, { now: () => now, later: time.later, speakerIntervalMs: 0 });
  }

  function join(id: string): Participant {
    return joinAtOnce(rooms, 'r', { id, attributes: attributesOf(id) }, () => () => undefined);
  }

  async function publishes(publisher: Participant, stream = 'webcam'): Promise<void> {
    now += 1;
    await publish(publisher, both, { stream });
    const endpoint = [...media.endpoints].at(-1);
    if (endpoint) sources.set(stream === 'webcam' ? publisher.id : stream, endpoint);
  }

  async function speaks(id: string): Promise<void> {
    const endpoint = sources.get(id);
    if (!endpoint) throw new Error(`${id} does not publish`);
    for (const { listener } of media.pipelines) listener.speakersChanged?.([{ endpoint, level: 0.5 }]);
    await passes(1_000);
  }

  async function passes(ms: number): Promise<void> {
    now += ms;
    time.pass();
    await settled();
  }

  /** Whose pictures reach a receiver. All sound does. */
  function seenBy(receiver: Participant): string[] {
    const endpoints = [...media.endpoints];
    const sinks = endpoints.filter(({ options }) => options.member === String(receiver.slot));
    const from = (kind: 'audio' | 'video'): string[] =>
      [...sources].flatMap(([name, source]) =>
        [...source.flows].some(([sink, kinds]) => sinks.some((each) => each === sink) && kinds.has(kind)) ? name : [],
      );
    expect(from('audio')).to.have.lengthOf([...receiver.subscriptions].length);
    return from('video');
  }

  async function four(): Promise<Participant> {
    const viewer = join('viewer');
    for (const id of ['ana', 'ben', 'carl', 'dora']) {
      const publisher = join(id);
      await publishes(publisher);
      await viewer.subscribe(publisher, both);
    }
    return viewer;
  }

  it('comes alone to a client that wants no more, and at first that of those who were there first', async () => {
    const viewer = await four();
    expect(seenBy(viewer)).to.deep.equal(['ana', 'ben', 'carl', 'dora']);
    viewer.setLastN(2);
    await settled();
    expect(seenBy(viewer)).to.deep.equal(['ana', 'ben']);
    await speaks('dora');
    expect(seenBy(viewer)).to.deep.equal(['ana', 'dora']);
    await speaks('carl');
    expect(seenBy(viewer)).to.deep.equal(['carl', 'dora']);
    await speaks('dora');
    expect(seenBy(viewer)).to.deep.equal(['carl', 'dora']);
    viewer.setLastN(0);
    await passes(1_000);
    expect(seenBy(viewer)).to.deep.equal(['ana', 'ben', 'carl', 'dora']);
  });

  it('is changed once a second at most', async () => {
    const viewer = await four();
    viewer.setLastN(1);
    await settled();
    expect(seenBy(viewer)).to.deep.equal(['ana']);
    now += 300;
    for (const id of ['ben', 'carl']) {
      const endpoint = sources.get(id);
      for (const { listener } of media.pipelines) if (endpoint) listener.speakersChanged?.([{ endpoint, level: 0.5 }]);
      now += 100;
    }
    await settled();
    expect(seenBy(viewer)).to.deep.equal(['ana']);
    expect(time.waits).to.deep.equal([700]);
    await passes(700);
    expect(seenBy(viewer)).to.deep.equal(['carl']);
  });

  it('leaves screens, and what has a priority, and makes room where somebody has muted their picture', async () => {
    const viewer = await four();
    viewer.setLastN(1);
    await passes(1_000);
    const ana = viewer.room.find('ana');
    if (!ana) throw new Error('Ana is there');
    await publishes(ana, 'screen');
    await viewer.subscribe(ana, both, { stream: 'screen' });
    await passes(1_000);
    expect(seenBy(viewer)).to.deep.equal(['ana', 'screen']);
    const carl = viewer.room.find('carl');
    await (carl && viewer.subscriptionTo(carl))?.want({ priority: 1 });
    await passes(1_000);
    expect(seenBy(viewer)).to.deep.equal(['ana', 'carl', 'screen']);
    ana.updateState({ video: false });
    await passes(1_000);
    expect(seenBy(viewer), 'a muted picture is black').to.deep.equal(['ben', 'carl', 'screen']);
  });

  it('is a setting of the room, which a client may change for itself, and holds for what it begins to receive', async () => {
    const viewer = join('viewer');
    viewer.room.moderatedBy({ administrator: 'test', bearer: { grantsIn: () => moderates } }).update({ lastN: 1 });
    for (const id of ['ana', 'ben']) {
      const publisher = join(id);
      await publishes(publisher);
      await viewer.subscribe(publisher, both);
    }
    expect(seenBy(viewer), 'before any time has passed').to.deep.equal(['ana']);
    viewer.setLastN(2);
    await passes(1_000);
    expect(seenBy(viewer)).to.deep.equal(['ana', 'ben']);
    viewer.setLastN(undefined);
    await passes(1_000);
    expect(seenBy(viewer)).to.deep.equal(['ana']);
  });

  it('goes on after a restart', async () => {
    const viewer = await four();
    viewer.setLastN(1);
    await passes(1_000);
    const record: unknown = JSON.parse(JSON.stringify(rooms.record(() => 'a session')));
    rooms.letGo();
    begin();
    sources.clear();
    rooms.restore(roomsRecordSchema.parse(record), () => ({ outbox: () => undefined }));
    const room = rooms.find('r');
    const again = room?.find('viewer');
    if (!room || !again) throw new Error('the viewer is there');
    for (const endpoint of media.endpoints) {
      const publisher = [...room.participants].find(({ slot }) => String(slot) === endpoint.options.member);
      if (publisher && publisher !== again) sources.set(publisher.id, endpoint);
    }
    expect(seenBy(again)).to.deep.equal(['ana']);
    await passes(1_000);
    await speaks('carl');
    expect(seenBy(again)).to.deep.equal(['carl']);
    again.setLastN(0);
    await passes(1_000);
    expect(seenBy(again)).to.deep.equal(['ana', 'ben', 'carl', 'dora']);
  });
});
