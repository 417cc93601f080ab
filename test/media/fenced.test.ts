import { expect } from 'chai';
import { FencedEngine } from '../../media/fenced.js';
import type { Endpoint, Pipeline, Recorder } from '../../media/port.js';
import { FakeMedia } from '../support/fake-media.js';
import { EndpointEvents, PipelineEvents, RecorderEvents } from '../support/media-listeners.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';

describe('Media of rooms that another node may take over', () => {
  let media: FakeMedia;
  let isUp: boolean;
  let effects: (() => void)[];
  let engine: FencedEngine;

  beforeEach(() => {
    media = new FakeMedia();
    isUp = true;
    effects = [];
    engine = new FencedEngine(media, {
      get isUp() {
        return isUp;
      },
      after: (_room, effect) => {
        effects.push(effect);
      },
    });
  });

  /** The commit of all that came before has succeeded. */
  function commit(): void {
    for (const effect of effects.splice(0)) effect();
  }

  async function opened(room = 'r'): Promise<[Pipeline, Endpoint]> {
    const pipeline = await engine.openPipeline(new PipelineEvents(), room);
    return [pipeline, await pipeline.createEndpoint({}, new EndpointEvents())];
  }

  it('is released at once when nobody has a record of it', async () => {
    const [pipeline, endpoint] = await opened();
    endpoint.release();
    expect(media.endpoints.size).to.equal(0);
    pipeline.release();
    expect(media.allocated).to.equal(0);
  });

  it('is released after the next commit when somebody may know of it, and unusable at once', async () => {
    const [pipeline, endpoint] = await opened();
    expect([pipeline.record, endpoint.record]).to.have.members(
      [...media.pipelines, ...media.endpoints].map((each) => each.record),
    );
    endpoint.release();
    endpoint.release();
    expect(await codeOf(endpoint.answer('v=0'))).to.equal('released');
    expect(media.endpoints.size).to.equal(1);
    commit();
    expect(media.endpoints.size).to.equal(0);
    pipeline.release();
    expect(await codeOf(pipeline.createEndpoint({}, new EndpointEvents()))).to.equal('released');
    expect(media.pipelines.size).to.equal(1);
    commit();
    expect(media.allocated).to.equal(0);
    expect([...media.releases.values()]).to.deep.equal([1, 1]);
  });

  it('stays when another node has the room, but for what nobody has a record of', async () => {
    const [pipeline, known] = await opened();
    const secret = await pipeline.createEndpoint({}, new EndpointEvents());
    const leaving = await pipeline.createEndpoint({}, new EndpointEvents());
    const records = [pipeline.record, known.record, leaving.record];
    leaving.release();
    engine.stepDown('r');
    commit();
    for (const each of [pipeline, known, secret]) each.release();
    engine.stepDown('r');
    expect([...media.pipelines, ...media.endpoints].map((each) => each.record)).to.have.members(records);
    expect([...media.pipelines, ...media.endpoints].every(({ isLetGo }) => isLetGo)).to.equal(true);
    // The name may come back to this node.
    await opened();
    expect(media.pipelines.size).to.equal(2);
  });

  it('that was being made when another node took the room is released when it is there', async () => {
    const opening = media.holdNext('openPipeline');
    const first = codeOf(engine.openPipeline(new PipelineEvents(), 'r'));
    await opening.reached;
    engine.stepDown('r');
    opening.open();
    expect(await first).to.equal('unavailable');
    expect(media.allocated).to.equal(0);
    const [pipeline] = await opened();
    expect(pipeline.record).to.be.a('string');
    const creating = media.holdNext('createEndpoint');
    const second = codeOf(pipeline.createEndpoint({}, new EndpointEvents()));
    await creating.reached;
    engine.stepDownAll();
    creating.open();
    expect(await second).to.equal('released');
    expect(media.endpoints.size).to.equal(0);
    expect(media.pipelines.size).to.equal(1);
  });

  it('starts nothing while the node may not act', async () => {
    const [pipeline, endpoint] = await opened();
    isUp = false;
    expect(await codeOf(engine.openPipeline(new PipelineEvents(), 's'))).to.equal('unavailable');
    expect(await codeOf(pipeline.createEndpoint({}, new EndpointEvents()))).to.equal('unavailable');
    expect(await codeOf(endpoint.answer('v=0'))).to.equal('unavailable');
    expect(await codeOf(endpoint.connect(endpoint))).to.equal('unavailable');
    isUp = true;
    await endpoint.connect(endpoint);
    expect(await endpoint.answer('v=0')).to.contain('v=0');
  });

  it('is adopted, and what is half made is released after the next commit', async () => {
    const former = await media.openPipeline(new PipelineEvents());
    const kept = await former.createEndpoint({}, new EndpointEvents());
    await former.createEndpoint({}, new EndpointEvents());
    const pipeline = engine.adopt(former.record, new PipelineEvents(), 'r');
    pipeline.adopt(kept.record, new EndpointEvents());
    const finished = pipeline.finishAdoption();
    expect(media.endpoints.size).to.equal(2);
    commit();
    await finished;
    expect([...media.endpoints].map(({ record }) => record)).to.deep.equal([kept.record]);
    const lost = engine.adopt('of another life', new PipelineEvents(), 's').finishAdoption();
    engine.stepDown('s');
    await lost;
  });

  it('tells of losses, and of nothing that is over here', async () => {
    const events = new EndpointEvents();
    const whole = new PipelineEvents();
    const pipeline = await engine.openPipeline(whole, 'r');
    await pipeline.createEndpoint({}, events);
    const over = new EndpointEvents();
    const held = await pipeline.createEndpoint({}, over);
    expect([held.record, pipeline.record]).to.have.length(2);
    held.release();
    for (const endpoint of [...media.endpoints]) endpoint.vanish();
    expect(events.losses).to.have.length(1);
    expect(over.losses).to.deep.equal([]);
    for (const each of [...media.pipelines]) each.vanish();
    expect(whole.losses).to.have.length(1);
    commit();
  });

  it('a recorder begins while the node may act, and is released where another node goes on without it', async () => {
    const [pipeline] = await opened();
    expect(pipeline.record).to.be.a('string');
    const events = new RecorderEvents();
    const create = (): Promise<Recorder> => pipeline.createRecorder({ uri: 'a.webm', kinds: ['audio'] }, events);
    const recorder = await create();
    isUp = false;
    expect(await codeOf(create())).to.equal('unavailable');
    expect(await codeOf(recorder.start())).to.equal('unavailable');
    isUp = true;
    await recorder.start();
    await until('it has begun', () => events.all.length > 0);
    isUp = false;
    expect(await codeOf(recorder.pause())).to.equal('unavailable');
    await recorder.stop();
    isUp = true;
    const second = await create();
    await second.start();
    engine.stepDown('r');
    expect(await codeOf(second.stop())).to.equal('released');
    expect(media.recorders.size).to.equal(0);
    expect(media.pipelines.size, 'the pipeline is for the other node').to.equal(1);
    for (const each of [recorder, second]) each.release();
    expect([...media.releases.values()].every((times) => times === 1)).to.equal(true);
    expect(events.all).to.deep.equal(['started']);
  });

  it('of a room that nobody can read is released after the next commit, whether it was adopted or not', async () => {
    const [pipeline] = await opened();
    const { record } = pipeline;
    engine.discard('r', record);
    expect(media.allocated).to.equal(2);
    commit();
    expect(media.pipelines.size).to.equal(0);
    const former = await media.openPipeline(new PipelineEvents());
    engine.discard('s', former.record);
    expect(media.pipelines.size).to.equal(1);
    commit();
    expect(media.pipelines.size).to.equal(0);
  });
});
