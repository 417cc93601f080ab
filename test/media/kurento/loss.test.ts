import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { TcpProxy } from '../../cluster/processes/tcp-proxy.js';
import { MediaError } from '../../../media/errors.js';
import { EndpointEvents, PipelineEvents } from '../../support/media-listeners.js';
import { codeOf, outcomeOf } from '../../support/rejection.js';
import { until } from '../../support/until.js';
import { loadOf, ScriptedRoom } from './scripted-room.js';
import { resume, error } from './scripted-server.js';

/** Against a scripted server: when and how a connection goes, and what the media server still knows after, is up to the test. */
describe('kurento engine › loss of the media server', () => {
  let room: ScriptedRoom;

  beforeEach(() => {
    room = new ScriptedRoom();
  });

  afterEach(async () => {
    await room.close();
  });

  it('a call whose socket is cut fails with unavailable, and the objects go on', async () => {
    const engine = await room.connect({ requestTimeoutMs: 60_000 });
    const { endpoint, endpointEvents, endpointId, pipelineEvents } = await room.endpoint(engine);
    const changes: boolean[] = [];
    engine.onChange((up) => changes.push(up));
    room.server.on('processOffer', (_request, _answer, socket) => {
      socket.terminate();
    });
    expect(await codeOf(endpoint.answer('v=0'))).to.equal('unavailable');
    await endpoint.connect(endpoint);
    expect(changes).to.deep.equal([false, true]);
    room.server.event(endpointId, 'Error', { description: 'as scripted', errorCode: 1, type: 'SCRIPTED' });
    await until('the event arrives on the new socket', () => endpointEvents.failures.length === 1);
    expect(pipelineEvents.losses).to.be.empty;
    expect(room.server.received(resume)).to.have.lengthOf(1);
  });

  it('a call that waits behind an unanswered release goes on after the socket was cut', async () => {
    const engine = await room.connect();
    const { pipeline, endpoint } = await room.endpoint(engine);
    const other = await room.endpoint(engine);
    room.server.on('release', () => undefined);
    endpoint.release();
    await until('the release has arrived', () => room.server.received('release').length === 1);
    room.server.off('release');
    room.server.drop();
    await until('the engine has noticed', () => !engine.up);
    await other.endpoint.connect(other.endpoint);
    await until('the release is repeated', () => room.server.objects.size === 3);
    pipeline.release();
    await until('the pipeline is released', () => room.server.objects.size === 2);
  });

  it('what is released without a connection is released when it is back', async () => {
    const engine = await room.connect();
    const { pipeline } = await room.endpoint(engine);
    await room.server.stop();
    await until('the engine has noticed', () => !engine.up);
    pipeline.release();
    await room.server.start();
    await until('the pipeline is released', () => room.server.objects.size === 0);
  });

  it('a media server that has forgotten the session has lost every pipeline, told once', async () => {
    const engine = await room.connect();
    const rooms = [await room.endpoint(engine), await room.endpoint(engine)];
    await room.server.stop();
    room.server.forget();
    await room.server.start();
    await until('both are lost', () => rooms.every(({ pipelineEvents }) => pipelineEvents.losses.length > 0));
    for (const { pipelineEvents, endpoint, pipeline } of rooms) {
      expect(pipelineEvents.losses.map(({ code }) => code)).to.deep.equal(['unavailable']);
      expect(await codeOf(endpoint.connect(endpoint))).to.equal('object-gone');
      pipeline.release();
      expect(await codeOf(pipeline.createEndpoint({}, new EndpointEvents()))).to.equal('released');
    }
    await room.endpoint(engine);
    expect(room.server.received('release')).to.be.empty;
  });

  it('a pipeline asked for while the media server restarts is opened by the new one', async () => {
    const engine = await room.connect();
    const { pipelineEvents } = await room.endpoint(engine);
    await room.server.stop();
    room.server.forget();
    await until('the engine has noticed', () => !engine.up);
    const opening = engine.openPipeline(new PipelineEvents());
    await room.server.start();
    await opening;
    expect(pipelineEvents.losses).to.have.lengthOf(1);
    expect(room.server.objects.size).to.equal(1);
  });

  it('a pipeline opened in the moment of the loss is opened by the next media server', async () => {
    const engine = await room.connect();
    let next: Promise<unknown> | undefined;
    await engine.openPipeline({
      failed: () => undefined,
      mediaLost: () => {
        next = engine.openPipeline(new PipelineEvents());
      },
    });
    await room.server.stop();
    room.server.forget();
    await room.server.start();
    await until('the pipeline is lost', () => next !== undefined);
    await next;
  });

  it('a pipeline that is gone although the session goes on is lost alone', async () => {
    const engine = await room.connect();
    const [gone, kept] = [await room.endpoint(engine), await room.endpoint(engine)];
    room.server.objects.delete(gone.pipelineId);
    room.server.objects.delete(gone.endpointId);
    room.server.drop();
    await until('it is lost', () => gone.pipelineEvents.losses.length === 1);
    await kept.endpoint.connect(kept.endpoint);
    expect(kept.pipelineEvents.losses).to.be.empty;
  });

  it('a media server out of reach for long has lost its pipelines, and lets go of them when it is back', async () => {
    const engine = await room.connect({ lostAfterMs: 200, requestTimeoutMs: 1_000 });
    const { pipelineEvents, endpoint } = await room.endpoint(engine);
    await room.server.stop();
    await until('the pipeline is lost', () => pipelineEvents.losses.length > 0);
    expect(await codeOf(endpoint.connect(endpoint))).to.equal('object-gone');
    expect(await codeOf(engine.openPipeline(new PipelineEvents()))).to.equal('unavailable');
    expect(room.server.objects.size).to.equal(2);
    await room.server.start();
    await until('what was left behind is released', () => room.server.objects.size === 0);
    await room.endpoint(engine);
    expect(pipelineEvents.losses).to.have.lengthOf(1);
  });

  describe('when others may take over what a silent media server has', () => {
    let network: TcpProxy;
    let answer: () => void;
    let asked: number;

    beforeEach(async () => {
      await room.server.start();
      network = await TcpProxy.to(() => [Number(new URL(room.server.url).port)]);
      asked = 0;
    });

    afterEach(() => {
      network.close();
    });

    /** Connected, and then out of reach, though something takes connections. Resolves when the others are asked. */
    async function silent() {
      const engine = room.engine({
        url: `ws://127.0.0.1:${network.port}/kurento`,
        ...{ lostAfterMs: 100, requestTimeoutMs: 5_000 },
        beforeLoss: () => {
          asked += 1;
          return new Promise((resolve) => (answer = resolve));
        },
      });
      await engine.connect();
      const parts = await room.endpoint(engine);
      network.cut();
      await until('the others are asked', () => asked > 0);
      expect(parts.pipelineEvents.losses).to.be.empty;
      return { engine, ...parts };
    }

    it('what they have left is lost', async () => {
      const { pipeline, pipelineEvents } = await silent();
      answer();
      await until('the pipeline is lost', () => pipelineEvents.losses.length > 0);
      pipeline.release();
      network.mend();
      await until('it is released', () => room.server.objects.size === 0);
    });

    it('nothing is lost if it is back before they have answered, and they are asked the next time again', async () => {
      const { engine, pipeline, pipelineEvents, endpoint } = await silent();
      network.mend();
      await until('it is back', () => engine.up);
      answer();
      await endpoint.connect(endpoint);
      expect(pipelineEvents.losses).to.be.empty;
      const before = asked;
      network.cut();
      await until('they are asked again', () => asked > before);
      pipeline.letGo();
      answer();
      expect(pipelineEvents.losses).to.be.empty;
    });
  });

  it('where nobody listens any more everything is lost, without waiting; a new pipeline waits for the next one', async () => {
    const engine = await room.connect({ lostAfterMs: 60_000 });
    const rooms = [await room.endpoint(engine), await room.endpoint(engine)];
    await room.server.stop();
    await until('both are lost', () => rooms.every(({ pipelineEvents }) => pipelineEvents.losses.length > 0));
    expect(engine.up).to.be.false;
    const opening = engine.openPipeline(new PipelineEvents());
    room.server.forget();
    await room.server.start();
    await opening;
    expect(room.server.objects.size).to.equal(1);
    for (const { pipelineEvents } of rooms) expect(pipelineEvents.losses).to.have.lengthOf(1);
    expect(room.log.has('warn', 'was not released'), 'what is gone need not be released').to.be.false;
  });

  it('a new pipeline waits for the next one as long as a call may take, although what was there is lost sooner', async () => {
    const lostAfterMs = 500;
    const engine = await room.connect({ lostAfterMs, requestTimeoutMs: 10_000 });
    const { pipelineEvents } = await room.endpoint(engine);
    await room.server.stop();
    await until('it is lost', () => pipelineEvents.losses.length > 0);
    const opening = engine.openPipeline(new PipelineEvents());
    room.server.forget();
    // The process takes longer to start.
    await setTimeout(2 * lostAfterMs);
    await room.server.start();
    await opening;
    expect(room.server.objects.size).to.equal(1);
  });

  it('one that is lost because it was silent for too long is waited for as one that has ended', async () => {
    const engine = await room.connect({ lostAfterMs: 100 });
    const { pipelineEvents } = await room.endpoint(engine);
    room.server.on(resume, () => undefined);
    room.server.drop();
    await until('it is out of reach', () => !engine.up);
    const opening = outcomeOf(engine.openPipeline(new PipelineEvents()));
    await until('it is lost', () => pipelineEvents.losses.length > 0);
    expect(await opening).to.equal('no error');
  });

  it('a media server that is started again may take longer than the limits of a connection and of a call', async () => {
    const short = { lostAfterMs: 500, requestTimeoutMs: 500 };
    const engine = await room.connect({ ...short, restartMs: 60_000 });
    const { pipelineEvents } = await room.endpoint(engine);
    await room.server.stop();
    await until('its media is lost', () => pipelineEvents.losses.length > 0);
    const opening = outcomeOf(engine.openPipeline(new PipelineEvents()));
    const another = await codeOf(room.engine({ ...short, lostAfterMs: 1_000 }).connect());
    expect(another, 'of a media server that was never there').to.equal('unavailable');
    room.server.forget();
    await room.server.start();
    expect(await opening).to.equal('no error');
    expect(pipelineEvents.losses).to.have.lengthOf(1);
  });

  it('a media server that is not started again in time is said so, at once from then on', async () => {
    const engine = await room.connect({ lostAfterMs: 50, requestTimeoutMs: 60_000, restartMs: 200 });
    const { pipelineEvents } = await room.endpoint(engine);
    await room.server.stop();
    await until('its media is lost', () => pipelineEvents.losses.length > 0);
    for (const when of ['while it is waited for', 'after that']) {
      const refusal: unknown = await engine.openPipeline(new PipelineEvents()).catch((error: unknown) => error);
      expect(refusal, when).to.be.instanceOf(MediaError).with.property('code', 'unavailable');
      expect(String(refusal), when).to.match(/has ended and was not back within 0.2 s; try again later/);
    }
    room.server.forget();
    await room.server.start();
    await until('it is up', () => engine.up);
    await room.endpoint(engine);
  });

  it('an endpoint that another client releases is lost alone, told once', async () => {
    const engine = await room.connect();
    const { endpoint, endpointEvents, endpointId, pipeline, pipelineEvents } = await room.endpoint(engine);
    const kept = await pipeline.createEndpoint({}, new EndpointEvents());
    room.server.releasedByAnother(endpointId);
    await until('it is lost', () => endpointEvents.losses.length > 0);
    expect(endpointEvents.losses.map(({ code }) => code)).to.deep.equal(['object-gone']);
    expect(await codeOf(endpoint.connect(endpoint))).to.equal('object-gone');
    expect(loadOf(engine.load)).to.deep.equal({ pipelines: 1, endpoints: 1 });
    endpoint.release();
    await kept.connect(kept);
    expect(pipelineEvents.losses).to.be.empty;
    expect(endpointEvents.losses).to.have.lengthOf(1);
    expect(room.server.received('release')).to.be.empty;
  });

  it('a pipeline that another client releases is lost as a whole: nobody is told of its endpoints', async () => {
    const engine = await room.connect();
    const [gone, kept] = [await room.endpoint(engine), await room.endpoint(engine)];
    room.server.releasedByAnother(gone.pipelineId);
    await until('it is lost', () => gone.pipelineEvents.losses.length > 0);
    expect(gone.pipelineEvents.losses.map(({ code }) => code)).to.deep.equal(['object-gone']);
    expect(loadOf(engine.load)).to.deep.equal({ pipelines: 1, endpoints: 1 });
    await kept.endpoint.connect(kept.endpoint);
    await room.endpoint(engine);
    expect(gone.endpointEvents.losses).to.be.empty;
    expect(gone.pipelineEvents.losses).to.have.lengthOf(1);
    for (const events of [kept.pipelineEvents, kept.endpointEvents]) expect(events.losses).to.be.empty;
  });

  it('a filter that another client releases is lost', async () => {
    const engine = await room.connect();
    const { pipeline, pipelineEvents } = await room.endpoint(engine);
    const events = new EndpointEvents();
    const placement = { offsetX: 0, offsetY: 0, width: 1, height: 1 };
    await pipeline.createFilter({ type: 'face-overlay', imageUrl: 'http://images.example/hat.png', placement }, events);
    room.server.releasedByAnother(room.newest());
    await until('it is lost', () => events.losses.length > 0);
    expect(pipelineEvents.losses).to.be.empty;
  });

  it('an endpoint that is released while it is being made is refused, and nobody is told that it was lost', async () => {
    const engine = await room.connect();
    const pipeline = await engine.openPipeline(new PipelineEvents());
    const events = new EndpointEvents();
    room.server.on('subscribe', ({ params }, answer) => {
      room.server.off('subscribe');
      room.server.releasedByAnother(params.object ?? '');
      answer();
    });
    expect(await codeOf(pipeline.createEndpoint({}, events))).to.equal('object-gone');
    await pipeline.createEndpoint({}, new EndpointEvents());
    expect(events.losses).to.be.empty;
    expect(loadOf(engine.load)).to.deep.equal({ pipelines: 1, endpoints: 1 });
  });

  it('what another client released while the connection was away is lost when it is back', async () => {
    const engine = await room.connect();
    const { endpointEvents, endpointId, pipeline, pipelineEvents } = await room.endpoint(engine);
    const kept = new EndpointEvents();
    await pipeline.createEndpoint({}, kept);
    room.server.objects.delete(endpointId);
    room.server.drop();
    await until('it is lost', () => endpointEvents.losses.length > 0);
    for (const { losses } of [kept, pipelineEvents]) expect(losses).to.be.empty;
  });

  it('a media server that tells nobody of what it releases is used all the same', async () => {
    room.server.on('subscribe', ({ id, params }, answer, socket) => {
      if (params.object !== 'manager_ServerManager') answer();
      else
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...error(40106, 'MEDIA_OBJECT_EVENT_NOT_SUPPORTED', 'no') }));
    });
    const engine = await room.connect();
    const { endpoint } = await room.endpoint(engine);
    await endpoint.connect(endpoint);
    expect(room.log.has('warn', 'will not tell')).to.be.true;
  });

  it('a media server that answers no ping is given up', async () => {
    room.server.autoPong = false;
    const engine = await room.connect({ pingIntervalMs: 30 });
    await until('the engine gives it up', () => !engine.up);
    await until('the engine tries again', () => room.server.received(resume).length > 0);
  });

  it('nothing that listens is unavailable, until something does', async () => {
    await room.server.start();
    await room.server.stop();
    const engine = room.engine({ lostAfterMs: 200 });
    expect(await codeOf(engine.openPipeline(new PipelineEvents()))).to.equal('unavailable');
    expect(await codeOf(engine.connect())).to.equal('unavailable');
    await room.server.start();
    await until('the engine is up', () => engine.up);
    await room.endpoint(engine);
  });

  it('something else that listens is no media server, until it is', async () => {
    await room.server.start();
    room.server.on('getInfo', ({ id }, _answer, socket) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...error(40101, 'MEDIA_OBJECT_NOT_FOUND', 'not found') }));
    });
    const engine = room.engine({ lostAfterMs: 200 });
    expect(await codeOf(engine.connect())).to.equal('unavailable');
    expect(room.log.has('warn', 'no media server')).to.be.true;
    room.server.off('getInfo');
    await until('the engine is up', () => engine.up);
  });

  it('an address that is none of a WebSocket is said so', () => {
    const engine = room.engine({ url: 'nowhere' });
    expect(() => engine.connect()).to.throw(SyntaxError);
  });
});
