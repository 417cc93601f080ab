import { expect } from 'chai';
import { MediaError } from '../../media/errors.js';
import { Placement } from '../../media/placement.js';
import type { Pipeline } from '../../media/port.js';
import { FakeMedia } from '../support/fake-media.js';
import { EndpointEvents, PipelineEvents } from '../support/media-listeners.js';
import { codeOf } from '../support/rejection.js';

/** Media servers that exist in memory only: load and loss are what is looked at here. Real ones are in test/src. */
class FakeServer extends FakeMedia {
  up = true;
  constructor(readonly url: string) {
    super();
  }
}

describe('placement', () => {
  let a: FakeServer;
  let b: FakeServer;

  beforeEach(() => {
    [a, b] = [new FakeServer('ws://a'), new FakeServer('ws://b')];
  });

  const placement = (limit?: number) => new Placement({ engines: [a, b], limit });
  const open = (on: Placement, events = new PipelineEvents()) => on.openPipeline(events);
  const endpoint = (pipeline: Pipeline) => pipeline.createEndpoint({}, new EndpointEvents());
  const loads = (of: Placement) => of.servers.map(({ load }) => load);

  it('puts a room on the media server with the fewest endpoints', async () => {
    const placed = placement();
    const first = await open(placed);
    await endpoint(first);
    await endpoint(first);
    await endpoint(await open(placed));
    await open(placed);
    expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([1, 2]);
    expect(loads(placed)).to.deep.equal([2, 1]);
  });

  it('spreads rooms that are opened at the same time', async () => {
    const placed = placement();
    await Promise.all([open(placed), open(placed), open(placed), open(placed)]);
    expect([a.pipelines.size, b.pipelines.size]).to.deep.equal([2, 2]);
  });

  it('counts an endpoint from its making to its end, however it ends', async () => {
    const placed = placement();
    const events = new PipelineEvents();
    const pipeline = await open(placed, events);
    const released = await endpoint(pipeline);
    a.failNext('createEndpoint');
    expect(await codeOf(endpoint(pipeline))).to.equal('engine-error');
    expect(loads(placed)).to.deep.equal([1, 0]);
    released.release();
    released.release();
    expect(loads(placed)).to.deep.equal([0, 0]);

    const held = a.holdNext('createEndpoint');
    const late = endpoint(pipeline);
    await held.reached;
    expect(loads(placed), 'while it is being made').to.deep.equal([1, 0]);
    [...a.pipelines][0]?.listener.lost(new MediaError('unavailable', 'lost'));
    expect(loads(placed)).to.deep.equal([0, 0]);
    expect(events.losses.map(({ code }) => code)).to.deep.equal(['unavailable']);
    held.open();
    (await late).release();
    pipeline.release();
    expect(loads(placed)).to.deep.equal([0, 0]);
  });

  it('releases on the media server what is released here, and connects endpoints of the same pipeline', async () => {
    const placed = placement();
    const pipeline = await open(placed);
    const [source, sink] = [await endpoint(pipeline), await endpoint(pipeline)];
    await source.connect(sink);
    const [bareSource, bareSink] = [...a.endpoints];
    expect(bareSource?.sinks.has(bareSink as never), 'the engine is handed its own endpoint').to.be.true;
    await source.disconnect(sink);
    expect(bareSource?.sinks).to.be.empty;
    source.release();
    sink.release();
    pipeline.release();
    expect(a.allocated).to.equal(0);
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

  it('has no capacity when all that answer are at the limit; rooms that are there may grow', async () => {
    const placed = placement(2);
    const [first, second] = [await open(placed), await open(placed)];
    for (const pipeline of [first, second, first, second]) {
      expect(placed.hasCapacity).to.be.true;
      await endpoint(pipeline);
    }
    expect(placed.hasCapacity).to.be.false;
    expect(await codeOf(open(placed))).to.equal('no-capacity');
    await endpoint(first);
    expect(loads(placed)).to.deep.equal([3, 2]);
    second.release();
    expect(placed.hasCapacity).to.be.true;
    await open(placed);
    expect(b.pipelines.size).to.equal(1);
  });

  it('does not know its capacity while no media server answers, and refuses nobody for it', async () => {
    const placed = placement(1);
    await endpoint(await open(placed));
    b.up = false;
    expect(placed.hasCapacity).to.be.false;
    a.up = false;
    expect(placed.hasCapacity).to.be.true;
  });
});
