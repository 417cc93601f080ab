import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { systemClock } from '../../cluster/clock.js';
import { FencedEngine } from '../../media/fenced.js';
import type { Fence } from '../../media/fenced.js';
import { KurentoEngine } from '../../media/kurento/engine.js';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { Placement } from '../../media/placement.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { FakeServer } from '../support/fake-server.js';
import { givenMediaServers } from '../support/media-server.js';
import { EndpointEvents, PipelineEvents } from '../support/media-listeners.js';
import { PeerProcess } from '../support/peer.js';
import { RecordingLog } from '../support/recording-log.js';
import { codeOf, outcomeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { describeAdoption } from './adoption.suite.js';
import { startingMs } from './media-stage.js';
import { describeMediaPort } from './port.suite.js';
import { describeRecorders } from './recorder.suite.js';
import { describeReopening } from './reopening.suite.js';

/** For the tests of one `describe`. */
function usePeers(): () => PeerProcess {
  let peers: PeerProcess | undefined;
  before(async function () {
    this.timeout(startingMs);
    peers = await PeerProcess.start();
  });
  after(() => peers?.stop());
  return () => peers ?? expect.fail('there are peers while tests run');
}

describe('the embedded engine', () => {
  let server: EmbeddedEngine;
  let recordings: string;
  const peers = usePeers();

  before(async function () {
    this.timeout(startingMs);
    recordings = mkdtempSync(join(tmpdir(), 'recordings-'));
    server = await EmbeddedEngine.start(0, ['--recordings-dir', recordings]);
  });

  after(async () => {
    await server.stop();
    rmSync(recordings, { recursive: true });
  });

  const underTest = () => ({ url: server.url, bindAddress: '127.0.0.1', recordings, peers: peers() });
  describeMediaPort('embedded engine', underTest);
  describeAdoption('embedded engine', underTest);
  describeRecorders('embedded engine', underTest);
  describeReopening('embedded engine', underTest);

  const throughPlacement = (engine: KurentoEngine): Placement => {
    const other = new FakeServer('ws://other');
    other.up = false;
    return new Placement({ engines: [engine, other], relayAbove: 0.7, log: new RecordingLog() });
  };
  const severalServers = 'a pipeline that may use several media servers';
  describeMediaPort(severalServers, underTest, throughPlacement);
  describeRecorders(severalServers, underTest, throughPlacement);
  describeReopening(severalServers, underTest, throughPlacement);

  const fence: Fence = {
    isUp: true,
    ...{ waitMs: 0, clock: systemClock },
    after: (_room, effect) => {
      effect();
    },
  };
  const throughFence = (engine: KurentoEngine): FencedEngine => new FencedEngine(engine, fence);
  describeRecorders('a room that another node may take over', underTest, throughFence);
  describeReopening('a room that another node may take over', underTest, throughFence);
});

for (const url of givenMediaServers) {
  describe(url, () => {
    const peers = usePeers();
    const underTest = () => ({ url, peers: peers() });
    describeMediaPort(url, underTest);
    describeAdoption(url, underTest);
    describeRecorders(url, underTest);
    describeReopening(url, underTest);
  });
}

describe('media port › a media server that dies', () => {
  let server: EmbeddedEngine;
  let engine: KurentoEngine;

  beforeEach(async function () {
    this.timeout(startingMs);
    server = await EmbeddedEngine.start();
    engine = new KurentoEngine({ url: server.url, requestTimeoutMs: 2000, lostAfterMs: 500, log: new RecordingLog() });
    await engine.connect();
  });

  afterEach(async () => {
    await engine.close();
    await server.stop();
  });

  it('each pipeline is told once that it is lost, and calls under way fail', async () => {
    const listeners = [new PipelineEvents(), new PipelineEvents()];
    const pipelines = await Promise.all(listeners.map((listener) => engine.openPipeline(listener)));
    const endpoints = await Promise.all(pipelines.map((each) => each.createEndpoint({}, new EndpointEvents())));
    const died = server.kill();
    const calls = [
      ...endpoints.map((endpoint) => outcomeOf(endpoint.connect(endpoint))),
      ...pipelines.map((pipeline) => outcomeOf(pipeline.createEndpoint({}, new EndpointEvents()))),
    ];
    await died;
    await until('both are told', () => listeners.every(({ losses }) => losses.length > 0));
    for (const code of await Promise.all(calls)) expect(code).to.be.oneOf(['unavailable', 'object-gone', 'no error']);
    expect(engine.up).to.be.false;
    for (const { losses } of listeners) expect(losses.map(({ code }) => code)).to.deep.equal(['unavailable']);
    for (const endpoint of endpoints) expect(await codeOf(endpoint.connect(endpoint))).to.equal('object-gone');
    expect(await codeOf(engine.openPipeline(new PipelineEvents()))).to.equal('unavailable');
  });

  it('one started again at the same address serves new pipelines', async function () {
    this.timeout(startingMs);
    const listener = new PipelineEvents();
    await engine.openPipeline(listener);
    const { port } = server;
    await server.kill();
    server = await EmbeddedEngine.start(port);
    await until('the loss is told', () => listener.losses.length > 0);
    await until('the engine is up again', () => engine.up);
    const pipeline = await engine.openPipeline(new PipelineEvents());
    await pipeline.createEndpoint({}, new EndpointEvents());
    expect(listener.losses).to.have.lengthOf(1);
  });
});

describe('media port › a media server that collects the session of a former process', function () {
  this.timeout(startingMs);

  it('keeps everything that was adopted, and nothing else', async () => {
    const server = await EmbeddedEngine.start(0, ['--gc-period', '0.5']);
    const [former, engine] = [0, 1].map(() => new KurentoEngine({ url: server.url, log: new RecordingLog() }));
    const raw = await KurentoSocket.open(server.url);
    const sessions = async (): Promise<unknown[]> =>
      z.array(z.unknown()).parse(await raw.invoke('manager_ServerManager', 'getSessions'));
    try {
      if (!former || !engine) return expect.fail();
      await Promise.all([former.connect(), engine.connect()]);
      const [pipeline, other] = await Promise.all([0, 1].map(() => former.openPipeline(new PipelineEvents())));
      if (!pipeline || !other) return expect.fail();
      const endpoints = await Promise.all([0, 1, 2].map(() => pipeline.createEndpoint({}, new EndpointEvents())));
      for (const each of [pipeline, other]) each.letGo();
      const adopted = engine.adopt(pipeline.record, new PipelineEvents());
      const [source, sink] = endpoints.map(({ record }) => adopted.adopt(record, new EndpointEvents()));
      await adopted.finishAdoption();
      const before = (await sessions()).length;
      await former.close();
      await until('its session is collected', async () => (await sessions()).length < before);
      await until('the other one is gone', async () => (await raw.pipelines()).length === 1);
      const [id = ''] = await raw.pipelines();
      expect(await raw.children(id)).to.have.lengthOf(3);
      if (source && sink) await source.connect(sink);
    } finally {
      await Promise.all([former?.close(), engine?.close(), raw.close()]);
      await server.stop();
    }
  });
});
