import { expect } from 'chai';
import type { KurentoEngine } from '../../../media/kurento/engine.js';
import { Placement } from '../../../media/placement.js';
import { EndpointEvents, PipelineEvents } from '../../support/media-listeners.js';
import { RecordingLog } from '../../support/recording-log.js';
import { codeOf } from '../../support/rejection.js';
import { until } from '../../support/until.js';
import { loadOf, ScriptedRoom } from './scripted-room.js';
import { error } from './scripted-server.js';

/** What the placement goes by. After each test the load is none again: see ScriptedRoom. */
describe('kurento engine › its load', () => {
  let room: ScriptedRoom;

  beforeEach(() => {
    room = new ScriptedRoom();
  });

  afterEach(async () => {
    await room.close();
  });

  const expectLoad = ({ load }: KurentoEngine, pipelines: number, endpoints: number, when?: string) => {
    expect(loadOf(load), when).to.deep.equal({ pipelines, endpoints });
  };
  const refuse = (what: string) => {
    room.server.on(what, ({ id }, _answer, socket) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...error(40004, 'CONNECT_ERROR', 'as scripted') }));
    });
  };

  it('counts pipelines and endpoints from the call that makes them, and what is released once', async () => {
    const engine = await room.connect();
    const opening = engine.openPipeline(new PipelineEvents());
    expectLoad(engine, 1, 0, 'while the pipeline is being made');
    const pipeline = await opening;
    const making = [0, 1].map(() => pipeline.createEndpoint({}, new EndpointEvents()));
    expectLoad(engine, 1, 2, 'while the endpoints are being made');
    const [first, second] = await Promise.all(making);
    first?.release();
    first?.release();
    expectLoad(engine, 1, 1);
    pipeline.release();
    expectLoad(engine, 0, 0, 'the endpoint went with its pipeline');
    pipeline.release();
    second?.release();
    expectLoad(engine, 0, 0);
  });

  it('does not count filters: they come with a publication, which counts', async () => {
    const engine = await room.connect();
    const pipeline = await engine.openPipeline(new PipelineEvents());
    const imageUrl = 'http://images.example/hat.png';
    const placement = { offsetX: 0, offsetY: 0, width: 1, height: 1 };
    const filter = await pipeline.createFilter({ type: 'face-overlay', imageUrl, placement }, new EndpointEvents());
    expectLoad(engine, 1, 0);
    filter.release();
    expectLoad(engine, 1, 0);
  });

  for (const step of ['create', 'subscribe']) {
    it(`does not count a pipeline, nor an endpoint, of which ${step} was refused`, async () => {
      const engine = await room.connect();
      const { pipeline, endpoint } = await room.endpoint(engine);
      refuse(step);
      expect(await codeOf(engine.openPipeline(new PipelineEvents()))).to.equal('engine-error');
      expectLoad(engine, 1, 1);
      expect(await codeOf(pipeline.createEndpoint({}, new EndpointEvents()))).to.equal('engine-error');
      expectLoad(engine, 1, 1);
      endpoint.release();
      pipeline.release();
      expectLoad(engine, 0, 0);
    });

    it(`counts down when ${step} is never answered, and once when the answer comes too late`, async () => {
      const engine = await room.connect({ requestTimeoutMs: 100 });
      const { pipeline } = await room.endpoint(engine);
      const late: (() => void)[] = [];
      room.server.on(step, (_request, answer) => late.push(answer));
      const codes = [
        codeOf(engine.openPipeline(new PipelineEvents())),
        codeOf(pipeline.createEndpoint({}, new EndpointEvents())),
      ];
      expectLoad(engine, 2, 2);
      expect(await Promise.all(codes)).to.deep.equal(['timeout', 'timeout']);
      expectLoad(engine, 1, 1);
      for (const answer of late) answer();
      await until('what came too late is released', () => room.server.objects.size === 2);
      expectLoad(engine, 1, 1);
    });

    it(`counts down at once when the pipeline is released before ${step} of an endpoint is answered`, async () => {
      const engine = await room.connect();
      const pipeline = await engine.openPipeline(new PipelineEvents());
      const held: (() => void)[] = [];
      room.server.on(step, (_request, answer) => held.push(answer));
      const code = codeOf(pipeline.createEndpoint({}, new EndpointEvents()));
      await until('the request has arrived', () => held.length > 0);
      pipeline.release();
      expectLoad(engine, 0, 0);
      room.server.off(step);
      for (const answer of held) answer();
      expect(await code).to.equal('released');
      expectLoad(engine, 0, 0);
    });

    it(`counts down once when the media server is lost before ${step} is answered`, async () => {
      const engine = await room.connect();
      const { pipeline, pipelineEvents, endpoint } = await room.endpoint(engine);
      room.server.on(step, () => undefined);
      const asked = room.server.received(step).length;
      const codes = [
        codeOf(engine.openPipeline(new PipelineEvents())),
        codeOf(pipeline.createEndpoint({}, new EndpointEvents())),
      ];
      await until('both requests have arrived', () => room.server.received(step).length >= asked + 2);
      await room.server.stop();
      await until('the pipeline is lost', () => pipelineEvents.losses.length > 0);
      await Promise.all(codes);
      expectLoad(engine, 0, 0);
      endpoint.release();
      pipeline.release();
      expectLoad(engine, 0, 0);
    });
  }

  it('counts down a pipeline that alone is gone, before its room is told', async () => {
    const engine = await room.connect();
    await room.endpoint(engine);
    const { pipeline, pipelineId, pipelineEvents } = await room.endpoint(engine);
    expectLoad(engine, 2, 2);
    room.server.objects.delete(pipelineId);
    room.server.on('create', ({ id }, _answer, socket) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...error(40101, 'MEDIA_OBJECT_NOT_FOUND', 'not found') }));
    });
    expect(await codeOf(pipeline.createEndpoint({}, new EndpointEvents()))).to.equal('object-gone');
    expect(pipelineEvents.losses).to.have.lengthOf(1);
    expectLoad(engine, 1, 1);
  });

  it('closing the engine leaves none', async () => {
    const engine = await room.connect();
    await room.endpoint(engine);
    const opening = codeOf(engine.openPipeline(new PipelineEvents()));
    await engine.close();
    await opening;
    expectLoad(engine, 0, 0);
  });

  it('two rooms that open at the same moment get a media server each', async () => {
    const other = new ScriptedRoom();
    const engines = [await room.connect(), await other.connect()];
    const placement = new Placement({ engines, log: new RecordingLog() });
    await Promise.all([
      placement.openPipeline(new PipelineEvents(), 'r'),
      placement.openPipeline(new PipelineEvents(), 'r'),
    ]);
    expect([room, other].map(({ server }) => server.objects.size)).to.deep.equal([1, 1]);
    await other.close();
  });
});
