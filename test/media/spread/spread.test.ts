import { expect } from 'chai';
import { MediaError } from '../../../media/errors.js';
import { Placement } from '../../../media/placement.js';
import type {
  Endpoint,
  MemberOptions,
  Pipeline,
  PipelineListener,
  Recorder,
  VideoFilter,
} from '../../../media/port.js';
import type { FakeEndpoint, Step } from '../../support/fake-media.js';
import { FakeServer } from '../../support/fake-server.js';
import { ManualTime } from '../../support/manual-time.js';
import { EndpointEvents, PipelineEvents, RecorderEvents } from '../../support/media-listeners.js';
import { RecordingLog } from '../../support/recording-log.js';
import { codeOf, outcomeOf } from '../../support/rejection.js';
import { until } from '../../support/until.js';

const hat: VideoFilter = {
  type: 'face-overlay',
  imageUrl: 'http://images.example/hat.png',
  placement: { offsetX: 0, offsetY: 0, width: 1, height: 1 },
};

/** Media servers in memory, which can wait and fail at any step. What real ones make of a relay is in engines.test.ts. */
describe('a pipeline over several media servers', () => {
  let a: FakeServer;
  let b: FakeServer;
  let time: ManualTime;
  let log: RecordingLog;
  let events: PipelineEvents;
  let pipeline: Pipeline;

  beforeEach(async () => {
    [a, b] = [new FakeServer('ws://a'), new FakeServer('ws://b')];
    [time, log, events] = [new ManualTime(), new RecordingLog(), new PipelineEvents()];
    pipeline = await placed().openPipeline(events, 'r');
  });

  /** As if nobody had used the media servers before. */
  async function reopen(engines?: FakeServer[], listener: PipelineListener = events): Promise<void> {
    pipeline.release();
    a.load.pipelines = 0;
    pipeline = await placed(engines).openPipeline(listener, 'r');
  }

  const placed = (engines = [a, b]): Placement =>
    new Placement({ engines, limit: 10, relayAbove: 0.5, spread: { later: time.later }, log });

  /** Where the next member goes. */
  function loaded(onA: number, onB: number): void {
    [a.load.endpoints, b.load.endpoints] = [onA, onB];
  }

  const endpoint = (member: string, listener = new EndpointEvents(), options: MemberOptions = {}): Promise<Endpoint> =>
    pipeline.createEndpoint({ ...options, member }, listener);

  /** Ann publishes on a. Those that come next are on b. */
  async function publisher(listener = new EndpointEvents()): Promise<Endpoint> {
    const ann = await endpoint('ann', listener);
    await ann.answer('v=0');
    loaded(5, 0);
    return ann;
  }

  const ends = (of: FakeServer, relay: 'in' | 'out'): FakeEndpoint[] =>
    [...of.endpoints].filter(({ options }) => options.relay === relay);
  const near = (): FakeEndpoint => ends(a, 'out')[0] ?? expect.fail('there is no relay');
  const far = (): FakeEndpoint => ends(b, 'in')[0] ?? expect.fail('there is no relay');
  const clients = (of: FakeServer): FakeEndpoint[] => [...of.endpoints].filter(({ options }) => !options.relay);
  const relays = (): number[] => [ends(a, 'out').length, ends(b, 'in').length];
  const sizes = (): number[] => [a.endpoints.size, b.endpoints.size];
  const releasedTwice = (): number =>
    [a, b].flatMap(({ releases }) => [...releases.values()]).filter((n) => n > 1).length;

  describe('members', () => {
    it('stay on its first media server until that is loaded, then go to the least loaded one, with all that they have', async () => {
      for (const member of ['ann', 'ben']) await endpoint(member);
      expect(sizes()).to.deep.equal([2, 0]);
      loaded(5, 0);
      for (const member of ['cleo', 'cleo', 'ann']) await endpoint(member);
      expect(sizes()).to.deep.equal([3, 2]);
      expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([1, 1]);
      loaded(5, 6);
      await endpoint('dora');
      expect(sizes()).to.deep.equal([4, 2]);
    });

    it('want layers of the media server that they are on, and have the abilities of the least of all', async () => {
      b.abilities = { ...b.abilities, simulcast: false, layers: 1 };
      const told: unknown[] = [];
      const layersWanted = (layers: readonly boolean[]): unknown => told.push(layers);
      await endpoint('ann', Object.assign(new EndpointEvents(), { layersWanted }));
      expect(pipeline.abilities).to.deep.equal(a.abilities);
      loaded(5, 0);
      const ben = await endpoint('ben');
      expect(pipeline.abilities).to.deep.equal(b.abilities);
      ben.want?.({ audio: true, video: true, width: 320 });
      const [onA, onB] = [[...a.endpoints][0], [...b.endpoints][0]];
      expect([onA?.wish, onB?.wish]).to.deep.equal([undefined, { audio: true, video: true, width: 320 }]);
      onA?.listener.layersWanted?.([true, false, false]);
      expect(told).to.deep.equal([[true, false, false]]);
    });

    it('speak wherever they are, the loudest first, until their media server dies', async () => {
      const [ann, ben] = [await publisher(), await endpoint('ben')];
      await ann.connect(ben);
      const [relayed, onB] = [far(), clients(b)[0]];
      const [onA] = clients(a);
      if (!onA || !onB) throw new Error('one is on each');
      const hears = (of: FakeServer, ...speakers: readonly (readonly [FakeEndpoint, number])[]): void => {
        for (const { listener: told } of of.pipelines)
          told.speakersChanged?.(speakers.map(([each, level]) => ({ endpoint: each, level })));
      };
      hears(a, [onA, 0.25]);
      // The same sound comes to the other media server by the relay.
      hears(b, [onB, 0.5], [relayed, 0.25]);
      expect(events.speakers).to.deep.equal([
        { endpoint: ben, level: 0.5 },
        { endpoint: ann, level: 0.25 },
      ]);
      die(b);
      expect(events.speakers).to.deep.equal([{ endpoint: ann, level: 0.25 }]);
      hears(a);
      expect(events.speakers).to.deep.equal([]);
    });

    it('have the audio of the loudest of each media server, also of one that comes later', async () => {
      await publisher();
      pipeline.setAudioLastN?.(3);
      loaded(5, 0);
      await endpoint('ben');
      const asked = (): unknown[] => [a, b].flatMap((each) => [...each.pipelines].map(({ audioLastN }) => audioLastN));
      expect(asked()).to.deep.equal([3, 3]);
      pipeline.setAudioLastN?.(0);
      expect(asked()).to.deep.equal([0, 0]);
    });

    it('fill a second media server before a third one', async () => {
      const c = new FakeServer('ws://c');
      await reopen([a, b, c]);
      await endpoint('ann');
      loaded(5, 0);
      await endpoint('ben');
      loaded(5, 3);
      await endpoint('cleo');
      expect([...sizes(), c.endpoints.size]).to.deep.equal([1, 2, 0]);
      loaded(5, 5);
      await endpoint('dora');
      expect([...sizes(), c.endpoints.size]).to.deep.equal([1, 2, 1]);
    });

    it('that join at the same time know of each other', async () => {
      const create = (member: string): Promise<Endpoint> => {
        const made = endpoint(member);
        a.load.endpoints += 3;
        return made;
      };
      await Promise.all(['ann', 'ben', 'cleo'].map(create));
      expect(sizes()).to.deep.equal([2, 1]);
    });

    it('of another region are on a media server there, unless none answers or has room', async () => {
      const far = new FakeServer('ws://far', 'us');
      await reopen([a, far]);
      await endpoint('ann');
      await endpoint('ben', undefined, { region: 'us' });
      expect([a.endpoints.size, far.endpoints.size]).to.deep.equal([1, 1]);
      far.load.endpoints = 10;
      await endpoint('cleo', undefined, { region: 'us' });
      far.load.endpoints = 0;
      far.up = false;
      await endpoint('dora', undefined, { region: 'us' });
      expect([a.endpoints.size, far.endpoints.size]).to.deep.equal([3, 1]);
    });

    it('are placed anew once they have nothing', async () => {
      const ben = await endpoint('ben');
      loaded(5, 0);
      const second = await endpoint('ben');
      expect(sizes()).to.deep.equal([2, 0]);
      for (const each of [ben, second]) each.release();
      await endpoint('ben');
      expect(sizes()).to.deep.equal([0, 1]);
    });

    for (const [code, what, where] of [
      ['no-capacity', 'the next one asks it again', [2, 1]],
      ['timeout', 'one that is silent is asked after the others', [3, 0]],
    ] as const) {
      it(`go on where the pipeline is when another media server fails with ${code}; ${what}`, async () => {
        await endpoint('ann');
        loaded(5, 0);
        b.failNext('openPipeline', new MediaError(code, 'as scripted'));
        await endpoint('ben');
        expect(sizes()).to.deep.equal([2, 0]);
        await endpoint('cleo');
        expect(sizes()).to.deep.equal(where);
        expect(events.losses).to.be.empty;
      });
    }

    it('are told when no media server takes them, and may try again', async () => {
      loaded(5, 0);
      a.failNext('createEndpoint', new MediaError('no-capacity', 'as scripted'));
      b.failNext('openPipeline', new MediaError('timeout', 'as scripted'));
      expect(await codeOf(endpoint('ann'))).to.equal('no-capacity');
      await endpoint('ann');
      expect(a.endpoints.size + b.endpoints.size).to.equal(1);
    });

    it('take their part of the pipeline along when they were the last there; the first part stays', async () => {
      const ann = await endpoint('ann');
      loaded(5, 0);
      const ben = await endpoint('ben');
      const before = pipeline.record;
      ben.release();
      await until('it is released', () => b.pipelines.size === 0);
      ann.release();
      expect(pipeline.record).to.not.equal(before);
      await endpoint('cleo');
      expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([1, 1]);
      expect(releasedTwice()).to.equal(0);
    });
  });

  describe('a relay', () => {
    it('is made for the first subscriber on another media server, and serves the others there', async () => {
      const ann = await publisher();
      const [ben, cleo] = [await endpoint('ben'), await endpoint('cleo')];
      await Promise.all([ann.connect(ben), ann.connect(cleo, 'video')]);
      expect(relays()).to.deep.equal([1, 1]);
      expect(near().receives).to.have.members(['audio', 'video']);
      expect(clients(b).map(({ receives }) => receives)).to.deep.equal([['audio', 'video'], ['video']]);
      expect(clients(b).every((each) => far().sinks.has(each))).to.equal(true);
    });

    it('is one for each publication, in either direction', async () => {
      const ann = await publisher();
      const ben = await endpoint('ben');
      await ben.answer('v=0');
      const [annHears, benHears] = [await endpoint('ann'), await endpoint('ben')];
      await Promise.all([ann.connect(benHears), ben.connect(annHears)]);
      expect(relays()).to.deep.equal([1, 1]);
      expect([ends(a, 'in').length, ends(b, 'out').length]).to.deep.equal([1, 1]);
    });

    it('goes 5 s after its last subscriber, unless another one comes', async () => {
      const ann = await publisher();
      const [ben, cleo] = [await endpoint('ben'), await endpoint('cleo')];
      await ann.connect(ben);
      const first = near();
      ben.release();
      expect(time.waits).to.deep.equal([5_000]);
      await until('nothing is carried meanwhile', () => near().receives.length === 0);
      await ann.connect(cleo);
      expect(time.waits).to.be.empty;
      expect([near(), near().receives]).to.deep.equal([first, ['audio', 'video']]);
      await ann.disconnect(cleo);
      time.pass();
      expect(relays()).to.deep.equal([0, 0]);
      await ann.connect(cleo);
      expect(relays()).to.deep.equal([1, 1]);
      expect(releasedTwice()).to.equal(0);
    });

    it('carries no kind that nobody takes: a mute at the publisher saves the way', async () => {
      const ann = await publisher();
      const sinks = [await endpoint('ben'), await endpoint('cleo')];
      for (const sink of sinks) await ann.connect(sink);
      for (const [index, sink] of sinks.entries()) {
        await ann.disconnect(sink, 'video');
        expect(clients(b)[index]?.receives).to.deep.equal(['audio']);
      }
      await until('no video is carried', () => near().receives.join() === 'audio');
      await ann.connect(sinks[0] ?? ann, 'video');
      expect(near().receives).to.have.members(['audio', 'video']);
    });

    it('carries what the filter at the publisher gives, and the endpoint again without it', async () => {
      a.hasFilters = true;
      const ann = await publisher();
      const ben = await endpoint('ben');
      await ann.connect(ben);
      const filter = await pipeline.createFilter(hat, new EndpointEvents(), { member: 'ann' });
      await ann.connect(filter, 'video');
      await filter.connect(ben, 'video');
      const [filtering] = a.filters;
      expect([...(filtering?.sinks ?? [])]).to.deep.equal([near()]);
      expect([near().receives.length, clients(b)[0]?.receives.length]).to.deep.equal([2, 2]);
      await ann.connect(ben, 'video');
      filter.release();
      expect([...(clients(a)[0]?.flows.get(near()) ?? [])]).to.have.members(['audio', 'video']);
      expect(relays()).to.deep.equal([1, 1]);
    });

    it('goes with its publication', async () => {
      const ann = await publisher();
      await ann.connect(await endpoint('ben'));
      ann.release();
      expect(relays()).to.deep.equal([0, 0]);
      time.pass();
      expect(releasedTwice()).to.equal(0);
    });

    it('is left by a subscriber that gets something else', async () => {
      const ann = await publisher();
      const [dora, ben] = [await endpoint('dora'), await endpoint('ben')];
      await dora.answer('v=0');
      await ann.connect(ben);
      await dora.connect(ben, 'video');
      await until('the video is not carried any more', () => near().receives.join() === 'audio');
      await dora.connect(ben, 'audio');
      time.pass();
      expect(relays()).to.deep.equal([0, 0]);
      expect(clients(b)[1]?.receives).to.have.members(['audio', 'video']);
    });

    for (const side of ['near', 'far'] as const) {
      it(`that gets no connection, or loses it, at its ${side} end is told to its subscribers; the next one makes another`, async () => {
        const ann = await publisher();
        const told = [new EndpointEvents(), new EndpointEvents()];
        for (const [index, listener] of told.entries()) await ann.connect(await endpoint(`ben ${index}`, listener));
        const failing = side === 'near' ? near() : far();
        failing.listener.connectionFailed?.({ own: [], remote: [] });
        failing.listener.connectionFailed?.({ own: [], remote: [] });
        expect(told.map(({ losses }) => losses.length)).to.deep.equal([1, 1]);
        expect([relays(), clients(b)], 'all is released').to.deep.equal([[0, 0], []]);
        expect(log.has('warn', 'no connection')).to.equal(true);
        await ann.connect(await endpoint('ben 0'));
        expect(relays()).to.deep.equal([1, 1]);
        expect(releasedTwice()).to.equal(0);
      });
    }

    it('whose end somebody else releases is told the same', async () => {
      const ann = await publisher();
      const told = new EndpointEvents();
      await ann.connect(await endpoint('ben', told));
      far().vanish();
      expect(told.losses.map(({ code }) => code)).to.deep.equal(['object-gone']);
      expect(relays()).to.deep.equal([0, 0]);
    });

    for (const [server, step] of steps()) {
      it(`that fails at ${step} of ${server} leaves nothing, and works at the next attempt`, async () => {
        const ann = await publisher();
        const ben = await endpoint('ben');
        const at = { a, b }[server];
        at.failNext(step, new MediaError('no-capacity', 'as scripted'));
        expect(await codeOf(ann.connect(ben))).to.equal('no-capacity');
        time.pass();
        await until('nothing is left', () => sizes().join() === '1,1');
        await ann.connect(ben);
        expect(relays()).to.deep.equal([1, 1]);
        expect([near().receives.length, clients(b)[0]?.receives.length]).to.deep.equal([2, 2]);
        expect(releasedTwice()).to.equal(0);
      });

      for (const [what, ending, left] of [
        ['the publication ends', ({ ann }: Pair) => [ann], [0, 1]],
        ['the subscriber leaves', ({ ben }: Pair) => [ben], [1, 0]],
        ['the media server of the publisher dies', () => [deathOf(a)], [0, 1]],
        ['the media server of the subscriber dies', () => [deathOf(b)], [1, 0]],
        ['the room closes', ({ ann, ben }: Pair) => [ann, ben, pipeline], [0, 0]],
      ] as const) {
        it(`leaves nothing when ${what} during ${step} of ${server}`, async () => {
          const ann = await publisher();
          const ben = await endpoint('ben');
          const held = { a, b }[server].holdNext(step);
          const connecting = outcomeOf(ann.connect(ben));
          await held.reached;
          for (const each of ending({ ann, ben })) each.release();
          held.open();
          expect(await connecting).to.be.oneOf(['released', 'object-gone', 'no error']);
          time.pass();
          await until('nothing is left of the relay', () => sizes().join() === left.join());
          expect(releasedTwice()).to.equal(0);
        });
      }
    }

    it('is not made to a filter, nor to another pipeline', async () => {
      b.hasFilters = true;
      const ann = await publisher();
      const filter = await pipeline.createFilter(hat, new EndpointEvents(), { member: 'ben' });
      expect(await codeOf(ann.connect(filter, 'video'))).to.equal('engine-error');
      const other = await placed().openPipeline(new PipelineEvents(), 'r');
      const sink = await other.createEndpoint({}, new EndpointEvents());
      expect(await codeOf(ann.connect(sink))).to.equal('engine-error');
      expect(relays()).to.deep.equal([0, 0]);
    });
  });

  describe('a media server that dies', () => {
    it('takes what is on it, and nothing else', async () => {
      const [annTold, benTold, subscribed] = [new EndpointEvents(), new EndpointEvents(), new EndpointEvents()];
      const ann = await publisher(annTold);
      const ben = await endpoint('ben', benTold);
      await ben.answer('v=0');
      await ann.connect(await endpoint('ben', subscribed));
      const order: string[] = [];
      benTold.lost = () => order.push('publication');
      subscribed.lost = () => order.push('subscription');
      die(b);
      expect(order, 'publications first').to.deep.equal(['publication', 'subscription']);
      expect([annTold.losses, events.losses]).to.deep.equal([[], []]);
      expect([relays(), sizes()]).to.deep.equal([
        [0, 0],
        [1, 0],
      ]);
      expect(await codeOf(ben.connect(ben))).to.equal('object-gone');
      expect(await codeOf(ann.connect(ben))).to.equal('object-gone');
      b.up = false;
      await ann.connect(await endpoint('ben'));
      expect(sizes()).to.deep.equal([2, 0]);
    });

    it('leaves the pipeline to the others when it was the first; with the last one it is lost', async () => {
      const told = [new EndpointEvents(), new EndpointEvents()] as const;
      await publisher(told[0]);
      await endpoint('ben', told[1]);
      const before = pipeline.record;
      die(a);
      expect(told.map(({ losses }) => losses.length)).to.deep.equal([1, 0]);
      expect([pipeline.record === before, events.changes > 0]).to.deep.equal([false, true]);
      a.up = false;
      await endpoint('ann');
      expect(b.endpoints.size).to.equal(2);
      die(b);
      expect(events.losses).to.have.lengthOf(1);
      expect(told[1].losses, 'it is told of the pipeline alone').to.be.empty;
      expect(await codeOf(endpoint('cleo'))).to.equal('object-gone');
      pipeline.release();
      expect(await codeOf(endpoint('cleo'))).to.equal('released');
    });

    it('while the pipeline opens its part elsewhere loses the pipeline only if that fails', async () => {
      await publisher();
      const held = b.holdNext('openPipeline');
      const joining = endpoint('ben');
      await held.reached;
      die(a);
      expect(events.losses).to.be.empty;
      held.open();
      await joining;
      expect([sizes(), events.losses]).to.deep.equal([[0, 1], []]);
    });

    it('before the other has opened its part takes the pipeline along when that fails', async () => {
      await publisher();
      const held = b.holdNext('openPipeline');
      b.failNext('openPipeline', new MediaError('timeout', 'as scripted'));
      const joining = codeOf(endpoint('ben'));
      await held.reached;
      die(a);
      held.open();
      expect(await joining).to.be.oneOf(['timeout', 'object-gone']);
      expect(events.losses).to.have.lengthOf(1);
    });
  });

  describe('a recorder', () => {
    const record = (member: string, heard = new RecorderEvents()): Promise<Recorder> =>
      pipeline.createRecorder({ uri: 'x.webm', kinds: ['audio'], member }, heard);

    it('is where its member is, and records what they publish', async () => {
      const ann = await publisher();
      const ben = await endpoint('ben');
      const [first, second] = [await record('ann'), await record('ben')];
      expect([a.recorders.size, b.recorders.size]).to.deep.equal([1, 1]);
      await ann.connect(first, 'audio');
      await ben.connect(second, 'audio');
      expect([...a.recorders, ...b.recorders].map(({ receives }) => receives)).to.deep.equal([['audio'], ['audio']]);
      expect(await codeOf(ann.connect(second))).to.equal('engine-error');
      expect(relays()).to.deep.equal([0, 0]);
      for (const each of [first, second, second]) each.release();
      expect([a.recorders.size, b.recorders.size, releasedTwice()]).to.deep.equal([0, 0, 0]);
    });

    it('tells what its media server tells, keeps its part of the pipeline open, and is lost with that alone', async () => {
      await publisher();
      const ben = await endpoint('ben');
      const heard = new RecorderEvents();
      const recorder = await record('ben', heard);
      ben.release();
      expect(b.pipelines.size).to.equal(1);
      await recorder.start();
      await recorder.pause();
      await recorder.resume();
      await until('it has begun', () => heard.all.length > 0);
      for (const each of b.recorders) each.fail('no-space');
      die(b);
      expect(heard.all).to.deep.equal(['started', 'failed: no-space', 'lost']);
      expect(await codeOf(recorder.stop())).to.equal('object-gone');
      expect(events.losses).to.deep.equal([]);
    });

    it('that cannot be made leaves nothing', async () => {
      await publisher();
      b.failNext('createRecorder', new MediaError('not-supported', 'none'));
      expect(await codeOf(record('ben'))).to.equal('not-supported');
      await until('the part of the pipeline goes', () => b.pipelines.size === 0);
    });
  });

  it('that is released while it opens a part elsewhere leaves nothing there', async () => {
    const ann = await publisher();
    const held = b.holdNext('openPipeline');
    const joining = codeOf(endpoint('ben'));
    await held.reached;
    ann.release();
    pipeline.release();
    held.open();
    expect(await joining).to.equal('released');
    await until('nothing is left', () => a.allocated + b.allocated === 0);
    expect(releasedTwice()).to.equal(0);
  });

  it('releases nothing that another process may go on with before it is certain that none does', async () => {
    const effects: (() => void)[] = [];
    await reopen(undefined, { ...silent, whenOwned: (effect) => effects.push(effect) });
    const ann = await publisher();
    const [ben, cleo] = [await endpoint('ben'), await endpoint('cleo')];
    await ann.connect(ben);
    ben.release();
    time.pass();
    expect(relays(), 'what is in no record is released at once').to.deep.equal([0, 0]);

    await ann.connect(cleo);
    expect(cleo.record).to.include('"relays"');
    cleo.release();
    time.pass();
    await new Promise(setImmediate);
    expect([...relays(), b.pipelines.size]).to.deep.equal([1, 1, 1]);
    for (const effect of effects) effect();
    expect([...relays(), b.pipelines.size]).to.deep.equal([0, 0, 0]);
    expect(releasedTwice()).to.equal(0);
  });

  describe('taken over by another process', () => {
    let next: Pipeline;
    let nextEvents: PipelineEvents;

    /** @param records of the endpoints that it adopts, in that order */
    function takeOver(
      record: string,
      records: readonly string[],
      listeners: readonly EndpointEvents[] = [],
    ): Endpoint[] {
      nextEvents = new PipelineEvents();
      next = placed().adopt(record, nextEvents, 'r');
      return records.map((each, index) => next.adopt(each, listeners[index] ?? new EndpointEvents()));
    }

    it('goes on with its relays, whoever is adopted first, and ends them as its own', async () => {
      const ann = await publisher();
      const ben = await endpoint('ben');
      await ann.connect(ben);
      const records = [ben.record, ann.record];
      const before = [a, b].map(({ allocated }) => allocated);
      pipeline.letGo();
      expect(await codeOf(ann.connect(ben))).to.equal('released');
      const [benNow, annNow] = takeOver(pipeline.record, records);
      if (!benNow || !annNow) return expect.fail();
      await next.finishAdoption();
      expect([a, b].map(({ allocated }) => allocated)).to.deep.equal(before);
      expect([benNow.record, annNow.record]).to.deep.equal(records);
      expect(near().receives).to.have.members(['audio', 'video']);
      pipeline = next;
      const cleo = await endpoint('cleo');
      await annNow.connect(cleo);
      expect(relays()).to.deep.equal([1, 1]);
      await annNow.disconnect(benNow, 'video');
      await annNow.disconnect(cleo, 'video');
      await until('no video is carried', () => near().receives.join() === 'audio');
      for (const each of [benNow, cleo]) each.release();
      time.pass();
      expect(relays()).to.deep.equal([0, 0]);
      expect(releasedTwice()).to.equal(0);
    });

    it('goes on with the relay behind a filter', async () => {
      a.hasFilters = true;
      const ann = await publisher();
      const filter = await pipeline.createFilter(hat, new EndpointEvents(), { member: 'ann' });
      await ann.connect(filter, 'video');
      const ben = await endpoint('ben');
      await Promise.all([ann.connect(ben, 'audio'), filter.connect(ben, 'video')]);
      const records = [ann.record, ben.record];
      pipeline.letGo();
      const [annNow, benNow] = takeOver(pipeline.record, records);
      const filterNow = next.adoptFilter(filter.record, new EndpointEvents());
      await next.finishAdoption();
      if (!annNow || !benNow) return expect.fail();
      await filterNow.change({ type: 'face-overlay' });
      expect([...a.filters].map(({ settings }) => settings)).to.deep.equal([{ type: 'face-overlay' }]);
      await filterNow.disconnect(benNow, 'video');
      await until('no video is carried', () => near().receives.join() === 'audio');
      pipeline = next;
      await filterNow.connect(await endpoint('cleo'), 'video');
      expect(near().receives).to.have.members(['audio', 'video']);
      expect(relays()).to.deep.equal([1, 1]);
    });

    it('releases a relay that was half made, that has lost its publication, or that nobody used', async () => {
      const ann = await publisher();
      const [ben, cleo] = [await endpoint('ben'), await endpoint('cleo')];
      await ann.connect(ben);
      const held = a.holdNext('offer');
      const dora = await endpoint('dora');
      await dora.answer('v=0');
      const annHears = await endpoint('ann');
      const other = outcomeOf(dora.connect(annHears));
      const screen = await endpoint('ann');
      await screen.answer('v=0');
      const half = outcomeOf(screen.connect(cleo));
      await held.reached;
      const records = [ben, cleo, dora, annHears].map(({ record }) => record);
      pipeline.letGo();
      held.open();
      await Promise.all([other, half]);
      takeOver(pipeline.record, records);
      await next.finishAdoption();
      await until('only what was adopted is left', () => sizes().join() === '1,3');
    });

    it('goes on where its media servers still are; what was on another is told', async () => {
      const ann = await publisher();
      const ben = await endpoint('ben');
      await ann.connect(ben);
      const records = [ann.record, ben.record];
      pipeline.letGo();
      const told = [new EndpointEvents(), new EndpointEvents()];
      b = new FakeServer('ws://c');
      takeOver(pipeline.record, records, told);
      expect(
        told.map(({ losses }) => losses.length),
        'nobody is told from inside the call',
      ).to.deep.equal([0, 0]);
      await until('its owner is told', () => (told[1]?.losses.length ?? 0) > 0);
      await next.finishAdoption();
      expect(told.map(({ losses }) => losses.length)).to.deep.equal([0, 1]);
      expect(nextEvents.losses).to.be.empty;
      time.pass();
      expect(clients(a)).to.have.lengthOf(1);
    });

    it('is lost when none of its media servers is known', async () => {
      const ann = await publisher();
      await endpoint('ben');
      pipeline.letGo();
      [a, b] = [new FakeServer('ws://c'), new FakeServer('ws://d')];
      const told = new EndpointEvents();
      takeOver(pipeline.record, [ann.record], [told]);
      await until('it is told', () => nextEvents.losses.length > 0);
      expect([nextEvents.losses.length, told.losses.length]).to.deep.equal([1, 0]);
    });

    it('goes on when the former one knew one media server only, and the other way round', async () => {
      const alone = new Placement({ engines: [a], log });
      const former = await a.openPipeline(new PipelineEvents());
      const ann = await former.createEndpoint({}, new EndpointEvents());
      former.letGo();
      a.adopt = (_record, listener) => FakeServer.prototype.adopt.call(a, former.record, listener);
      const record = JSON.stringify({ is: 'pipeline', url: 'ws://a', id: 'x' });
      const [annNow] = takeOver(record, [ann.record]);
      if (!annNow) return expect.fail();
      pipeline = next;
      loaded(5, 0);
      await annNow.connect(await endpoint('ben'));
      expect(relays()).to.deep.equal([1, 1]);
      const again = annNow.record;
      next.letGo();
      const back = alone.adopt(next.record, new PipelineEvents(), 'r');
      const same = back.adopt(again, new EndpointEvents());
      await same.connect(await back.createEndpoint({}, new EndpointEvents()));
      expect(clients(a).some(({ receives }) => receives.length === 2)).to.equal(true);
    });

    for (const [what, record] of [
      ['a filter', '{"is":"spread-filter","at":"ws://a","record":"x","id":"x","member":""}'],
      [
        'an endpoint of a media server that it does not use',
        '{"is":"spread-endpoint","at":"ws://z","record":"x","id":"x","member":""}',
      ],
    ] as const) {
      it(`does not take ${what} for an endpoint`, async () => {
        const told = new EndpointEvents();
        const lost = pipeline.adopt(record, told);
        await until('its owner is told', () => told.losses.length > 0);
        expect(await codeOf(lost.connect(lost))).to.equal('object-gone');
      });
    }
  });
});

const silent: PipelineListener = { failed: () => undefined, mediaLost: () => undefined };

interface Pair {
  readonly ann: Endpoint;
  readonly ben: Endpoint;
}

function die(server: FakeServer): void {
  for (const each of [...server.pipelines]) each.vanish();
}

function deathOf(server: FakeServer): { release(): void } {
  return {
    release: () => {
      die(server);
    },
  };
}

/** Of the negotiation of a relay: where the publisher is, and where the subscriber is. */
function steps(): (readonly ['a' | 'b', Step])[] {
  return [
    ['a', 'createEndpoint'],
    ['b', 'createEndpoint'],
    ['a', 'connect'],
    ['a', 'offer'],
    ['b', 'answer'],
    ['a', 'accept'],
    ['b', 'connect'],
  ];
}
