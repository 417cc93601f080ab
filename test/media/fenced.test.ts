import { expect } from 'chai';
import { FencedEngine } from '../../media/fenced.js';
import type { Endpoint, Pipeline, Recorder } from '../../media/port.js';
import { HandClock } from '../cluster/hand-clock.js';
import { FakeMedia } from '../support/fake-media.js';
import { EndpointEvents, PipelineEvents, RecorderEvents } from '../support/media-listeners.js';
import { codeOf, outcomeOf } from '../support/rejection.js';
import { until } from '../support/until.js';

const waitMs = 10_000;

describe('Media of rooms that another node may take over', () => {
  let media: FakeMedia;
  let isUp: boolean;
  let clock: HandClock;
  let effects: (() => void)[];
  let engine: FencedEngine;

  beforeEach(() => {
    media = new FakeMedia();
    isUp = true;
    clock = new HandClock();
    effects = [];
    engine = new FencedEngine(media, {
      get isUp() {
        return isUp;
      },
      ...{ waitMs, clock },
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

  it('is told what receivers want, and tells what publishers need not send, until another node has the room', async () => {
    const pipeline = await engine.openPipeline(new PipelineEvents(), 'r');
    const told: unknown[] = [];
    const layersWanted = (layers: readonly boolean[]): unknown => told.push(layers);
    const endpoint = await pipeline.createEndpoint({}, Object.assign(new EndpointEvents(), { layersWanted }));
    const [inner] = media.endpoints;
    endpoint.want?.({ audio: true, video: true, maxLayer: 1 });
    inner?.listener.layersWanted?.([true, false]);
    expect([pipeline.abilities, engine.abilities]).to.deep.equal([media.abilities, media.abilities]);
    engine.stepDown('r');
    endpoint.want?.({ audio: true, video: false });
    inner?.listener.layersWanted?.([false, false]);
    expect(inner?.wish).to.deep.equal({ audio: true, video: true, maxLayer: 1 });
    expect(told).to.deep.equal([[true, false]]);
    expect(pipeline.abilities).to.equal(undefined);
  });

  it('changes a filter until another node has the room', async () => {
    media.hasFilters = true;
    const pipeline = await engine.openPipeline(new PipelineEvents(), 'r');
    const balance = (hue: string) => ({ type: 'gstreamer', command: 'videobalance', properties: { hue } }) as const;
    const filter = await pipeline.createFilter(balance('0'), new EndpointEvents());
    await filter.change(balance('1'));
    const [inner] = media.filters;
    expect(inner?.settings).to.deep.equal(balance('1'));
    engine.stepDown('r');
    expect(await codeOf(filter.change(balance('2')))).to.be.a('string');
    expect(inner?.settings).to.deep.equal(balance('1'));
  });

  it('tells who speaks, by its own endpoints, until another node has the room', async () => {
    const events = new PipelineEvents();
    const pipeline = await engine.openPipeline(events, 'r');
    const own = await pipeline.createEndpoint({}, new EndpointEvents());
    const [endpoint] = media.endpoints;
    const [{ listener } = expect.fail('there is a pipeline')] = media.pipelines;
    if (!endpoint) throw new Error('there is an endpoint');
    listener.speakersChanged?.([{ endpoint, level: 0.5 }]);
    expect(events.speakers).to.deep.equal([{ endpoint: own, level: 0.5 }]);
    engine.stepDown('r');
    listener.speakersChanged?.([]);
    expect(events.speakers).to.have.lengthOf(1);
  });

  it('asks for the audio of the loudest until another node has the room', async () => {
    const pipeline = await engine.openPipeline(new PipelineEvents(), 'r');
    const [inner] = media.pipelines;
    pipeline.setAudioLastN?.(3);
    engine.stepDown('r');
    pipeline.setAudioLastN?.(0);
    expect(inner?.audioLastN).to.equal(3);
  });

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

  function nodeIsUp(): void {
    isUp = true;
    engine.up();
  }

  /** One of each call: on the room, its pipeline and its endpoint. */
  async function calls(): Promise<Promise<unknown>[]> {
    const [pipeline, endpoint] = await opened();
    isUp = false;
    return [
      engine.openPipeline(new PipelineEvents(), 'r'),
      pipeline.createEndpoint({}, new EndpointEvents()),
      endpoint.answer('v=0'),
      endpoint.connect(endpoint),
    ].map(outcomeOf);
  }

  it('is not touched while the node may not act: calls wait, and are made once it may', async () => {
    const waiting = await calls();
    expect([media.allocated, clock.waits]).to.deep.equal([2, 4]);
    nodeIsUp();
    expect(await Promise.all(waiting)).to.deep.equal(Array(4).fill('no error'));
    expect([media.allocated, clock.waits]).to.deep.equal([4, 0]);
  });

  it('is not waited for any longer than a call may take', async () => {
    const waiting = await calls();
    clock.pass(waitMs);
    expect(await Promise.all(waiting)).to.deep.equal(Array(4).fill('unavailable'));
    nodeIsUp();
    expect(media.allocated).to.equal(2);
  });

  it('keeps the order of calls, those that wait and those that come when the node may act again', async () => {
    const [, endpoint] = await opened();
    const [inner] = media.endpoints;
    if (!inner) throw new Error('there is an endpoint');
    const order: string[] = [];
    for (const step of ['connect', 'disconnect'] as const) {
      const made = inner[step].bind(inner);
      inner[step] = async (...given) => {
        order.push(step);
        await made(...given);
      };
    }
    isUp = false;
    const first = endpoint.connect(endpoint);
    const second = endpoint.disconnect(endpoint);
    // Its clock says so before anybody is told.
    isUp = true;
    const third = endpoint.connect(endpoint);
    nodeIsUp();
    const fourth = endpoint.disconnect(endpoint);
    await Promise.all([first, second, third, fourth]);
    expect(order).to.deep.equal(['connect', 'disconnect', 'connect', 'disconnect']);
  });

  it('is left alone when the node finds that another one has the room: calls that wait are refused', async () => {
    const waiting = await calls();
    engine.stepDown('r');
    expect(await Promise.all(waiting)).to.deep.equal(Array(4).fill('unavailable'));
    nodeIsUp();
    // Nobody had a record of them.
    expect([media.allocated, clock.waits]).to.deep.equal([0, 0]);
  });

  it('is not made any more when it was released while it waited', async () => {
    const [pipeline, endpoint] = await opened();
    expect([pipeline.record, endpoint.record]).to.have.length(2);
    isUp = false;
    const waiting = [outcomeOf(endpoint.answer('v=0')), outcomeOf(pipeline.createEndpoint({}, new EndpointEvents()))];
    endpoint.release();
    pipeline.release();
    nodeIsUp();
    expect(await Promise.all(waiting)).to.deep.equal(['released', 'released']);
    commit();
    expect(media.allocated).to.equal(0);
    // Where nobody has a record of the room, it is over at once.
    const [unknown] = await opened();
    isUp = false;
    const last = outcomeOf(unknown.createEndpoint({}, new EndpointEvents()));
    unknown.release();
    expect([await last, clock.waits, media.pipelines.size]).to.deep.equal(['released', 0, 0]);
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

  it('a recorder begins once the node may act, ends at any time, and is released where another node goes on without it', async () => {
    const [pipeline] = await opened();
    expect(pipeline.record).to.be.a('string');
    const events = new RecorderEvents();
    const create = (): Promise<Recorder> => pipeline.createRecorder({ uri: 'a.webm', kinds: ['audio'] }, events);
    const recorder = await create();
    isUp = false;
    const started = recorder.start();
    expect(events.all).to.deep.equal([]);
    nodeIsUp();
    await started;
    await until('it has begun', () => events.all.length > 0);
    isUp = false;
    const paused = outcomeOf(recorder.pause());
    await recorder.stop();
    nodeIsUp();
    expect(await paused).to.equal('released');
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
