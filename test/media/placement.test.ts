import { expect } from 'chai';
import { MediaError } from '../../media/errors.js';
import { Placement } from '../../media/placement.js';
import { FakeMedia } from '../support/fake-media.js';
import { FakeServer } from '../support/fake-server.js';
import { EndpointEvents, PipelineEvents } from '../support/media-listeners.js';
import { RecordingLog } from '../support/recording-log.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';

describe('placement', () => {
  let a: FakeServer;
  let b: FakeServer;

  beforeEach(() => {
    [a, b] = [new FakeServer('ws://a'), new FakeServer('ws://b')];
  });

  const placement = (limit?: number) => new Placement({ engines: [a, b], limit, log: new RecordingLog() });
  const open = (on: Placement, events = new PipelineEvents()) => on.openPipeline(events, 'r');
  const loads = (of: Placement) => of.servers.map(({ load }) => load);

  it('puts a room on the media server with the fewest endpoints, however many pipelines it has', async () => {
    const placed = placement();
    a.load.endpoints = 2;
    b.load.endpoints = 1;
    await open(placed);
    await open(placed);
    expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([0, 2]);
    expect(loads(placed)).to.deep.equal([2, 1]);
    b.load.endpoints = 3;
    await open(placed);
    expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([1, 2]);
  });

  it('counts what other servers have there, as far as it is told', async () => {
    const placed = placement(10);
    const elsewhere = new Map([['ws://a', 9]]);
    a.load.endpoints = 0;
    b.load.endpoints = 8;
    placed.countElsewhere((url) => elsewhere.get(url) ?? 0);
    await open(placed);
    expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([0, 1]);
    b.load.endpoints = 10;
    expect(placed.hasCapacity).to.equal(true);
    elsewhere.set('ws://a', 10);
    expect(placed.hasCapacity).to.equal(false);
    expect(placed.servers.map(({ load, loadElsewhere }) => [load, loadElsewhere])).to.deep.equal([
      [0, 10],
      [10, 0],
    ]);
    elsewhere.clear();
    await open(placed);
    expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([1, 1]);
  });

  it('prefers media servers of its region, until none of them has room or answers', async () => {
    const [near, full] = [new FakeServer('ws://near', 'eu'), new FakeServer('ws://full', 'eu')];
    const engines = [a, new FakeServer('ws://far', 'us'), near, full];
    const placed = new Placement({ engines, limit: 5, region: 'eu', log: new RecordingLog() });
    near.load.endpoints = 4;
    full.load.endpoints = 5;
    await open(placed);
    expect(engines.map(({ pipelines }) => pipelines.size)).to.deep.equal([0, 0, 1, 0]);
    near.load.endpoints = 5;
    await open(placed);
    full.load.endpoints = 4;
    full.up = false;
    await open(placed);
    expect(engines.map(({ pipelines }) => pipelines.size)).to.deep.equal([1, 1, 1, 0]);
    expect(placed.servers.map(({ region }) => region)).to.deep.equal([undefined, 'us', 'eu', 'eu']);
  });

  it('without a region takes all for alike', async () => {
    const [far, near] = [new FakeServer('ws://far', 'us'), new FakeServer('ws://near', 'eu')];
    const placed = new Placement({ engines: [far, near], log: new RecordingLog() });
    near.load.endpoints = 1;
    await open(placed);
    expect([far.pipelines.size, near.pipelines.size]).to.deep.equal([1, 0]);
  });

  it('spreads rooms that are opened at the same time', async () => {
    const placed = placement();
    await Promise.all([open(placed), open(placed), open(placed), open(placed)]);
    expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([2, 2]);
  });

  it('hands out the pipeline of the engine itself, with the listener it was given', async () => {
    const events = new PipelineEvents();
    const pipeline = await open(placement(), events);
    expect([...a.pipelines]).to.deep.equal([pipeline]);
    expect([...a.pipelines][0]?.listener).to.equal(events);
  });

  it('leaves out one that does not answer, until it does', async () => {
    const placed = placement();
    a.up = false;
    await open(placed);
    await open(placed);
    expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([0, 2]);
    a.up = true;
    await open(placed);
    expect(a.pipelines.size).to.equal(1);
  });

  it('takes over a pipeline on the media server where it is, full or not', async () => {
    const placed = placement(1);
    b.load.endpoints = 1;
    const pipeline = await b.openPipeline(new PipelineEvents());
    pipeline.letGo();
    const record = JSON.stringify({ is: 'pipeline', url: 'ws://b', id: 'x' });
    const asked: string[] = [];
    b.adopt = (given, listener) => {
      asked.push(given);
      return FakeMedia.prototype.adopt.call(b, pipeline.record, listener);
    };
    const adopted = placed.adopt(record, new PipelineEvents(), 'r');
    expect(asked).to.deep.equal([record]);
    expect([...b.pipelines]).to.deep.equal([adopted]);
  });

  for (const [what, record] of [
    ['a pipeline of a media server that it does not have', '{"is":"pipeline","url":"ws://c","id":"x"}'],
    ['the record of an endpoint', '{"is":"endpoint","id":"x"}'],
    ['anything but a record', 'x'],
  ] as const) {
    it(`tells the loss of ${what}, in a later turn`, async () => {
      const events = new PipelineEvents();
      const pipeline = placement().adopt(record, events, 'r');
      expect(events.losses).to.be.empty;
      await until('the loss is told', () => events.losses.length > 0);
      expect(events.losses.map(({ code }) => code)).to.deep.equal(['object-gone']);
      const endpoint = pipeline.adopt('{"is":"endpoint","id":"y"}', new EndpointEvents());
      expect(await codeOf(endpoint.connect(endpoint))).to.equal('object-gone');
      expect(await codeOf(pipeline.createEndpoint({}, new EndpointEvents()))).to.equal('object-gone');
      await pipeline.finishAdoption();
      pipeline.release();
      expect(await codeOf(pipeline.createEndpoint({}, new EndpointEvents()))).to.equal('released');
    });
  }

  for (const code of ['unavailable', 'timeout'] as const) {
    it(`tries the next one when a media server fails with ${code}, and prefers it until the first has answered`, async () => {
      const placed = placement();
      a.failNext('openPipeline', new MediaError(code, 'as scripted'));
      await open(placed);
      await open(placed);
      expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([0, 2]);
      b.failNext('openPipeline', new MediaError(code, 'as scripted'));
      await open(placed);
      expect(a.pipelines.size).to.equal(1);
    });
  }

  it('passes on what only the caller can mend, and the last failure when none answers', async () => {
    const placed = placement();
    a.failNext('openPipeline', new MediaError('engine-error', 'as scripted'));
    expect(await codeOf(open(placed))).to.equal('engine-error');
    expect(b.pipelines).to.be.empty;
    for (const server of [a, b]) server.failNext('openPipeline', new MediaError('unavailable', server.url));
    expect(await codeOf(open(placed))).to.equal('unavailable');
    expect(placed.servers).to.deep.equal([
      { url: 'ws://a', up: true, load: 0, filters: [] },
      { url: 'ws://b', up: true, load: 0, filters: [] },
    ]);
  });

  it('asks those that do not answer when none does: one that is being restarted lets the call wait', async () => {
    const placed = placement();
    [a.up, b.up] = [false, false];
    await open(placed);
    expect(a.pipelines.size).to.equal(1);
  });

  it('waits for all together when none answers: the first that is back gets the room, the others keep nothing of it', async () => {
    const placed = placement();
    [a.up, b.up] = [false, false];
    const [first, second] = [a.holdNext('openPipeline'), b.holdNext('openPipeline')];
    const opening = open(placed);
    await Promise.all([first.reached, second.reached]);
    second.open();
    const pipeline = await opening;
    expect([...b.pipelines]).to.deep.equal([pipeline]);
    first.open();
    await until('it is released', () => a.releases.size === 1);
    expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([0, 1]);
  });

  it('waits for the others when one of those that do not answer gives up', async () => {
    const placed = placement();
    [a.up, b.up] = [false, false];
    const second = b.holdNext('openPipeline');
    a.failNext('openPipeline', new MediaError('unavailable', 'as scripted'));
    const opening = open(placed);
    await second.reached;
    second.open();
    const pipeline = await opening;
    expect([...b.pipelines]).to.deep.equal([pipeline]);
  });

  it('has no capacity when all that answer are at the limit, and again when one is below it', async () => {
    const placed = placement(2);
    a.load.endpoints = 1;
    b.load.endpoints = 2;
    expect(placed.hasCapacity).to.be.true;
    a.load.endpoints = 3;
    expect(placed.hasCapacity).to.be.false;
    expect(await codeOf(open(placed))).to.equal('no-capacity');
    expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([0, 0]);
    b.load.endpoints = 0;
    expect(placed.hasCapacity).to.be.true;
    await open(placed);
    expect(b.pipelines.size).to.equal(1);
  });

  it('does not know its capacity while no media server answers, and refuses nobody for it', () => {
    const placed = placement(1);
    a.load.endpoints = 1;
    b.up = false;
    expect(placed.hasCapacity).to.be.false;
    a.up = false;
    expect(placed.hasCapacity).to.be.true;
  });
});
