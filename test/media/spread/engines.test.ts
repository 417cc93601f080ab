import { expect } from 'chai';
import { KurentoEngine } from '../../../media/kurento/engine.js';
import { Placement } from '../../../media/placement.js';
import type { Endpoint, Pipeline } from '../../../media/port.js';
import { KurentoSocket } from '../../../tools/kurento-socket.js';
import { browserOffer, h264, vp8 } from '../embedded/offers.js';
import { startingMs } from '../media-stage.js';
import { EmbeddedEngine } from '../../support/embedded-engine.js';
import { ManualTime } from '../../support/manual-time.js';
import { MediaCalls } from '../../support/media-calls.js';
import type { Call } from '../../support/media-calls.js';
import { EndpointEvents, PipelineEvents } from '../../support/media-listeners.js';
import { PeerProcess } from '../../support/peer.js';
import { RoomOfPeers } from '../../support/room-of-peers.js';
import { RecordingLog } from '../../support/recording-log.js';
import { outcomeOf } from '../../support/rejection.js';
import { until } from '../../support/until.js';

describe('a pipeline over two embedded engines', function () {
  this.timeout(startingMs);
  let servers: EmbeddedEngine[];
  let engines: KurentoEngine[];
  let raw: KurentoSocket[];
  let peers: PeerProcess;
  let calls: MediaCalls;
  let time: ManualTime;
  let placement: Placement;
  let pipeline: Pipeline;
  let events: PipelineEvents;

  before(async () => {
    peers = await PeerProcess.start();
    calls = new MediaCalls(peers, '127.0.0.1');
    servers = await Promise.all([EmbeddedEngine.start(), EmbeddedEngine.start()]);
  });

  after(async () => {
    await Promise.all([peers.stop(), ...servers.map((server) => server.stop())]);
  });

  beforeEach(async () => {
    raw = await Promise.all(servers.map(({ url }) => KurentoSocket.open(url)));
    engines = await connected();
    [time, events] = [new ManualTime(), new PipelineEvents()];
    placement = placed(engines);
    pipeline = await placement.openPipeline(events, 'r');
  });

  afterEach(async () => {
    pipeline.release();
    for (const { load } of engines) expect([load.pipelines, load.endpoints]).to.deep.equal([0, 0]);
    peers.closeAll();
    await until('nothing is left', async () => (await left()).length === 0);
    await Promise.all([...engines.map((engine) => engine.close()), ...raw.map((socket) => socket.close())]);
    const dead = servers.findIndex(({ child }) => child.signalCode !== null);
    if (dead !== -1) servers[dead] = await EmbeddedEngine.start();
  });

  async function connected(): Promise<KurentoEngine[]> {
    const made = servers.map(
      ({ url }) => new KurentoEngine({ url, restartMs: 100, requestTimeoutMs: 5_000, log: new RecordingLog() }),
    );
    await Promise.all(made.map((engine) => engine.connect()));
    return made;
  }

  /** The second member is on the other engine, and each one after it where there is less. */
  function placed(on: readonly KurentoEngine[]): Placement {
    const [limit, relayAbove] = [10, 0.1];
    return new Placement({ engines: on, limit, relayAbove, spread: { later: time.later }, log: new RecordingLog() });
  }

  /** The engines that are there. */
  const living = (): KurentoSocket[] => raw.filter((_socket, index) => servers[index]?.child.signalCode === null);

  async function left(): Promise<string[]> {
    return (await Promise.all(living().map((socket) => socket.pipelines()))).flat();
  }

  /** On each of them. */
  async function endpoints(): Promise<string[][]> {
    return Promise.all(living().map(async (socket) => socket.childrenOf(await socket.pipelines())));
  }

  const counts = async (): Promise<number[]> => (await endpoints()).map(({ length }) => length);
  const publish = (member: string): Promise<Call> => calls.publish(pipeline, { member });
  const subscribe = (member: string, source: Endpoint, on = pipeline): Promise<Call> =>
    calls.call(on, 'recvonly', (to) => source.connect(to), { member });

  /** With its numbers in order, without a hole. */
  function expectGapless({ peer }: Call): void {
    const { videoSequence } = peer;
    const first = videoSequence[0] ?? 0;
    expect(videoSequence).to.deep.equal(videoSequence.map((_, index) => (first + index) % 65_536));
  }

  it('carries audio and video to all subscribers of the other engine by one relay, without a gap', async () => {
    const ann = await publish('ann');
    const [ben, cleo] = await Promise.all([subscribe('ben', ann.endpoint), subscribe('ben', ann.endpoint)]);
    await Promise.all([ben, cleo].map(({ peer }) => peer.receives({ audio: 20, video: 20 })));
    expect(await counts()).to.deep.equal([2, 3]);
    for (const each of [ben, cleo]) expectGapless(each);
    for (const each of [ben, cleo]) each.endpoint.release();
    expect(time.waits).to.deep.equal([5_000]);
    time.pass();
    await until('the publication alone is left', async () => (await counts()).join() === '1,0');
  });

  it('goes on with a publication over another endpoint: those at the other engine do nothing', async () => {
    const room = new RoomOfPeers(placement, peers, '127.0.0.1');
    const [ana, ben, cleo] = [room.join('ana'), room.join('ben'), room.join('cleo')];
    const first = await ana.publish('sendonly');
    const subscribers = [await ben.receive(ana), await cleo.receive(ana)];
    await Promise.all(subscribers.map((peer) => peer.receives({ audio: 10, video: 10 })));
    const before = await counts();
    expect(
      before.every((count) => count > 0),
      'on both engines',
    ).to.equal(true);
    first.close();
    await ana.reopen('sendonly');
    const received = subscribers.map((peer) => ({ ...peer.received }));
    await Promise.all(
      subscribers.map((peer, index) => {
        const { audio = 0, video = 0 } = received[index] ?? {};
        return peer.receives({ audio: audio + 20, video: video + 20 });
      }),
    );
    await until('the former endpoint and its relay are gone', async () => (await counts()).join() === before.join());
    room.close();
  });

  it('needs no address that clients are told: engines of one server tell each other their own', async () => {
    const announced = ['--bind-address', '127.0.0.1', '--announced-address', '203.0.113.9'];
    const started = await Promise.all([0, 0].map((port) => EmbeddedEngine.start(port, announced)));
    const own = started.map(({ url }) => new KurentoEngine({ url, isEmbedded: true, log: new RecordingLog() }));
    await Promise.all(own.map((engine) => engine.connect()));
    const elsewhere = await placed(own).openPipeline(new PipelineEvents(), 'r');
    const ann = await calls.publish(elsewhere, { member: 'ann' });
    await (await subscribe('ben', ann.endpoint, elsewhere)).peer.receives({ audio: 5, video: 5 });
    expect(own.map(({ load }) => load.endpoints)).to.deep.equal([2, 2]);
    await Promise.all(own.map((engine) => engine.close()));
    await Promise.all(started.map((engine) => engine.stop()));
  });

  it('asks the publisher for a keyframe when somebody subscribes at the other engine', async () => {
    const ann = await calls.call(pipeline, 'sendonly', undefined, { member: 'ann' });
    await ann.peer.connected();
    let sent = 5;
    ann.peer.sendVideo(1, sent);
    for (const subscriber of ['the first', 'a later one']) {
      const before = ann.peer.keyframesWanted;
      const { peer } = await subscribe('ben', ann.endpoint);
      await peer.connected();
      await until(`${subscriber} has it asked`, () => ann.peer.keyframesWanted > before);
      ann.peer.sendVideo(sent + 1, (sent += 5));
      await peer.receives({ video: 5 });
    }
  });

  it('tells the publisher how much the other engine can take', async () => {
    const ann = await publish('ann');
    await (await subscribe('ben', ann.endpoint)).peer.receives({ video: 5 });
    for (const id of (await endpoints())[1] ?? []) {
      await raw[1]?.invoke(id, 'setMaxVideoRecvBandwidth', { maxVideoRecvBandwidth: 200 });
    }
    await until('it is told', () => (ann.peer.bitrateLimit ?? Infinity) <= 200_000);
  });

  it('mutes where the publisher is: nothing goes to the other engine, and it comes back', async () => {
    const ann = await publish('ann');
    const ben = await subscribe('ben', ann.endpoint);
    await ben.peer.receives({ audio: 5, video: 5 });
    await ann.endpoint.disconnect(ben.endpoint, 'video');
    const { audio, video } = ben.peer.received;
    await ben.peer.receives({ audio: audio + 50 });
    // A few may have been under way.
    expect(ben.peer.received.video).to.be.below(video + 25);
    const sinks = async (): Promise<unknown> => {
      const [children = []] = await endpoints();
      const asked = children.map(async (id) => raw[0]?.invoke(id, 'getSinkConnections', { mediaType: 'VIDEO' }));
      const connections = await Promise.all(asked);
      return connections.flat().length;
    };
    await until('no video is taken from the publisher', async () => (await sinks()) === 0);
    await ann.endpoint.connect(ben.endpoint, 'video');
    await ben.peer.receives({ video: ben.peer.received.video + 20 });
  });

  it('offers the codec of the publisher to subscribers of the other engine, and no other', async () => {
    const ann = await pipeline.createEndpoint({ member: 'ann' }, new EndpointEvents());
    const parameters = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f';
    const high = { ...h264, parameters };
    await ann.answer(browserOffer({ direction: 'sendonly', video: [high] }));
    const ben = await pipeline.createEndpoint({ member: 'ben' }, new EndpointEvents());
    await ann.connect(ben);
    const answer = await ben.answer(
      browserOffer({ direction: 'recvonly', video: [vp8, h264, { ...high, payloadType: 120 }] }),
    );
    expect(/^m=video \S+ \S+ (\d+)/m.exec(answer)?.[1], 'first of what it takes').to.equal('120');
  });

  it('ends what was on an engine that dies, and nothing else; all of it is had again on the other one', async () => {
    const ann = await publish('ann');
    const ben = await publish('ben');
    const here = await subscribe('ann', ben.endpoint);
    const there = await subscribe('ben', ann.endpoint);
    const own = await calls.call(pipeline, 'sendrecv', (to) => ann.endpoint.connect(to), { member: 'ann' });
    await Promise.all([here, there, own].map(({ peer }) => peer.receives({ audio: 5, video: 5 })));
    await servers[1]?.kill();
    await until('their owners are told', () => [ben, there].every((each) => each.events.losses.length > 0));
    expect([ann, here, own].map((each) => each.events.losses)).to.deep.equal([[], [], []]);
    expect(events.losses).to.be.empty;
    const { video } = own.peer.received;
    await own.peer.receives({ video: video + 25 });
    expectGapless(own);
    here.endpoint.release();
    const again = await publish('ben');
    const back = await subscribe('ann', again.endpoint);
    await Promise.all([back, await subscribe('ben', ann.endpoint)].map(({ peer }) => peer.receives({ video: 5 })));
    expect((await endpoints())[0]).to.have.lengthOf(5);
  });

  for (const [which, name] of [
    [0, 'of the publisher'],
    [1, 'of the subscriber'],
  ] as const) {
    it(`lets a subscription fail when the engine ${name} dies meanwhile, and leaves nothing`, async () => {
      const ann = await publish('ann');
      const ben = await pipeline.createEndpoint({ member: 'ben' }, new EndpointEvents());
      const connecting = outcomeOf(ann.endpoint.connect(ben));
      await servers[which]?.kill();
      expect(await connecting).to.be.oneOf(['no error', 'unavailable', 'object-gone', 'released']);
      const died = which === 0 ? ann.events.losses : undefined;
      if (died) await until('its owner is told', () => died.length > 0);
      await until('the other engine has no relay', async () => (await counts()).join() === '1');
    });
  }

  it('releases a relay that is under way when the publication ends', async () => {
    const ann = await publish('ann');
    const ben = await pipeline.createEndpoint({ member: 'ben' }, new EndpointEvents());
    const connecting = outcomeOf(ann.endpoint.connect(ben));
    ann.endpoint.release();
    expect(await connecting).to.equal('released');
    await until('only the subscriber is left', async () => (await counts()).join() === '0,1');
  });

  it('goes on without a gap at the other engine when another process takes it over', async () => {
    const ann = await publish('ann');
    const ben = await subscribe('ben', ann.endpoint);
    await ben.peer.receives({ audio: 10, video: 10 });
    // As a process that was killed leaves it: nothing was let go.
    const records = [pipeline.record, ann.endpoint.record, ben.endpoint.record] as const;
    pipeline.letGo();
    const former = engines;
    engines = await connected();
    const [annTold, benTold, whole] = [new EndpointEvents(), new EndpointEvents(), new PipelineEvents()];
    pipeline = placed(engines).adopt(records[0], whole, 'r');
    const [annNow, benNow] = [pipeline.adopt(records[1], annTold), pipeline.adopt(records[2], benTold)];
    await Promise.all(former.map((engine) => engine.close()));
    await pipeline.finishAdoption();
    const { video } = ben.peer.received;
    await ben.peer.receives({ video: video + 50 });
    const cleo = await subscribe('ben', annNow);
    await cleo.peer.receives({ audio: 5, video: 5 });
    expect(await counts(), 'by the same relay').to.deep.equal([2, 3]);
    expectGapless(ben);
    expect([annTold, benTold, whole].map(({ losses }) => losses)).to.deep.equal([[], [], []]);
    for (const each of [benNow, cleo.endpoint]) each.release();
    time.pass();
    await until('the relay has ended', async () => (await counts()).join() === '1,0');
  });
});
