import { expect } from 'chai';
import type { KurentoEngine } from '../../../media/kurento/engine.js';
import { WatchedEndpoints } from '../../../media/kurento/watched-endpoints.js';
import { EndpointEvents } from '../../support/media-listeners.js';
import { until } from '../../support/until.js';
import { ScriptedRoom } from './scripted-room.js';
import type { Request } from './scripted-server.js';

const publisherSsrc = '965852386';

/** Of one stream, as a KMS has it (docs/protocols/kurento-media.md#74-getstats): the counters are those since its beginning. */
const inbound = (counts: object) => ({
  '59c7': {
    ...{ __module__: 'kurento', __type__: 'RTCInboundRTPStreamStats', id: '59c7', type: 'inboundrtp' },
    ...{ timestampMillis: 1795211841407, ssrc: publisherSsrc, packetsLost: -1, fractionLost: 0, jitter: 0.004 },
    ...{ firCount: 0, pliCount: 0, nackCount: 0, remb: 0, isRemote: false },
    ...counts,
  },
});
const outbound = (counts: object) => ({
  '4c88': {
    ...{ __module__: 'kurento', __type__: 'RTCOutboundRTPStreamStats', id: '4c88', type: 'outboundrtp' },
    ...{ timestampMillis: 1795211841408, ssrc: '4115070992', roundTripTime: 0.03, targetBitrate: 0, packetsLost: 0 },
    ...counts,
  },
});

/**
 * Against a scripted server in place of a Kurento Media Server, which would count what it likes: it does not know `getMediaFigures`, and says
 * of each endpoint what the test wants.
 */
describe('kurento engine › figures of a media server that is asked for each endpoint', () => {
  let room: ScriptedRoom;
  let engine: KurentoEngine;
  let now = 0;
  /** What `getStats` answers, by endpoint and kind. */
  const stats = new Map<string, object>();

  beforeEach(async () => {
    room = new ScriptedRoom();
    now = 0;
    stats.clear();
    room.server.on('getStats', ({ id, params }: Request, _answer, socket) => {
      const value = stats.get(`${params.object ?? ''} ${String(params.operationParams?.mediaType)}`) ?? null;
      socket.send(JSON.stringify({ id, jsonrpc: '2.0', result: { sessionId: params.sessionId, value } }));
    });
    engine = await room.connect({ now: () => now });
    await until('it does not know the question', () => engine.figures.told !== undefined);
  });
  afterEach(() => room.close());

  /** Time passes, and all endpoints are looked at. */
  async function look(): Promise<void> {
    now += 15_000;
    await until('all are counted', () => engine.figures.told?.sampledRatio === 1);
  }

  const counter = (name: string, direction: string, kind: string) =>
    engine.figures.told?.figures.counters.find(
      ({ name: each, labels }) => each === name && labels.direction === direction && labels.kind === kind,
    )?.value;
  const histograms = (name: string) =>
    engine.figures.told?.figures.histograms.filter(({ name: each }) => each === name) ?? [];
  const histogram = (name: string, direction: string) =>
    histograms(name).find(({ labels }) => labels.direction === direction);

  it('adds up what is new of each stream, and never less than before when an endpoint ends or a stream begins anew', async () => {
    const { endpoint, endpointId } = await room.endpoint(engine);
    expect(endpoint.carried).to.equal(undefined);
    const says = (kind: string, value: object) => stats.set(`${endpointId} ${kind}`, value);
    says(
      'VIDEO',
      inbound({ packetsReceived: 1_000, bytesReceived: 900_000, packetsLost: 10, pliCount: 2, firCount: 1 }),
    );
    says('AUDIO', inbound({ packetsReceived: 500, bytesReceived: 50_000 }));
    await look();
    expect(
      ['packets', 'bytes', 'lost_packets', 'keyframe_requests'].map((name) => counter(name, 'in', 'video')),
    ).to.deep.equal([1_000, 900_000, 10, 3]);
    expect(endpoint.carried).to.deep.equal({ packetsIn: 1_500, loss: 10 / 1_010 });
    says(
      'VIDEO',
      inbound({ packetsReceived: 1_500, bytesReceived: 990_000, packetsLost: 8, pliCount: 2, firCount: 1 }),
    );
    await look();
    expect(['packets', 'lost_packets'].map((name) => counter(name, 'in', 'video'))).to.deep.equal([1_500, 10]);
    expect(counter('packets', 'in', 'audio'), 'silence').to.equal(500);
    says('VIDEO', inbound({ ssrc: '7', packetsReceived: 100, bytesReceived: 9_000 }));
    await look();
    expect(counter('packets', 'in', 'video')).to.equal(1_600);
    endpoint.release();
    expect(counter('packets', 'in', 'video')).to.equal(1_600);
    expect(engine.figures.told?.sampledRatio).to.equal(1);
  });

  it('measures loss, jitter, round trips, and the bit rate of a room by its size', async () => {
    const { pipeline, endpointId, endpointEvents } = await room.endpoint(engine);
    stats.set(`${endpointId} VIDEO`, inbound({ packetsReceived: 90, bytesReceived: 15_000, packetsLost: 10 }));
    for (let index = 0; index < 2; index += 1) {
      await pipeline.createEndpoint({}, endpointEvents);
      stats.set(`${room.newest()} VIDEO`, outbound({ packetsSent: 100, bytesSent: 16_500, packetsLost: 1 }));
    }
    await look();
    await look();
    expect(histogram('media_loss_ratio', 'in')).to.deep.include({ count: 1, sum: 0.1 });
    expect(histogram('media_jitter_seconds', 'in')).to.include({ count: 1, sum: 0.004 });
    expect(histogram('media_rtt_seconds', 'out')).to.include({ count: 2, sum: 0.06 });
    const rates = histograms('room_bitrate_bits').map(({ labels, sum }) => [labels.direction, labels.size, sum]);
    expect(rates).to.deep.include.members([
      ['in', '3-5', 8_000],
      ['out', '3-5', 17_600],
    ]);
    expect(counter('packets', 'out', 'video')).to.equal(200);
  });

  it('counts the steps of connections, as far as it is told of them', async () => {
    const { pipeline } = await room.endpoint(engine);
    const wanted = { connectionChanged: () => undefined, connectionFailed: () => undefined };
    const heard = Object.assign(new EndpointEvents(), wanted);
    const [good, bad] = [await pipeline.createEndpoint({}, heard), await pipeline.createEndpoint({}, heard)];
    const [goodId, badId] = [...room.server.objects].slice(-2);
    for (const endpoint of [good, bad]) await endpoint.answer('v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n');
    now += 300;
    for (const state of ['CONNECTING', 'CONNECTED', 'READY'])
      room.server.event(goodId ?? '', 'IceComponentStateChanged', { state });
    room.server.event(goodId ?? '', 'ConnectionStateChanged', { newState: 'CONNECTED' });
    for (const state of ['CONNECTING', 'FAILED', 'FAILED'])
      room.server.event(badId ?? '', 'IceComponentStateChanged', { state });
    const steps = () =>
      engine.figures.told?.figures.counters.map(({ labels, value }) => `${labels.step} ${labels.outcome} ${value}`);
    await until('both are told', () => steps()?.includes('ice failed 1') ?? false);
    expect(steps()).to.have.members(['ice ok 1', 'dtls ok 1', 'ice failed 1']);
    expect(histogram('offer_to_connected_seconds', 'in')).to.include({ count: 1, sum: 0.3 });
    expect([...engine.figures.steps].map(({ words, count }) => [...words, count])).to.deep.equal([
      ['offer', 'ok', 2],
      ['answer', 'ok', 2],
    ]);
  });

  it('does not ask an endpoint again for a kind that it does not have', async () => {
    const { endpointId } = await room.endpoint(engine);
    stats.set(`${endpointId} AUDIO`, inbound({ packetsReceived: 1, bytesReceived: 1 }));
    await look();
    await look();
    const kinds = room.server.received('getStats').map(({ params }) => params.operationParams?.mediaType);
    expect(kinds).to.deep.equal(['AUDIO', 'VIDEO', 'AUDIO']);
  });

  it('counts of an endpoint of another process only what comes from now on', async () => {
    const { pipeline, endpoint, endpointId } = await room.endpoint(engine);
    const records = { pipeline: pipeline.record, endpoint: endpoint.record };
    pipeline.letGo();
    const adopted = engine.adopt(records.pipeline, { failed: () => undefined, mediaLost: () => undefined });
    adopted.adopt(records.endpoint, {
      ...{ failed: () => undefined, mediaLost: () => undefined, candidateFound: () => undefined },
    });
    await adopted.finishAdoption();
    stats.set(`${endpointId} AUDIO`, inbound({ packetsReceived: 5_000, bytesReceived: 1 }));
    await look();
    expect(counter('packets', 'in', 'audio')).to.equal(undefined);
    stats.set(`${endpointId} AUDIO`, inbound({ packetsReceived: 5_100, bytesReceived: 1 }));
    await look();
    expect(counter('packets', 'in', 'audio')).to.equal(100);
  });
});

describe('kurento engine › many endpoints', () => {
  it('are asked with fifty calls a second, each in its turn, and it is said which part is known', async () => {
    let now = 0;
    const asked: number[] = [];
    const endpoints = new WatchedEndpoints(() => now);
    endpoints.start();
    for (let index = 0; index < 1_000; index += 1) {
      endpoints.add({
        ...{ pipeline: 'p', isAdopted: false, hasEnded: () => false },
        stats: () => {
          asked.push(index);
          return Promise.resolve(null);
        },
      });
    }
    const pass = async (seconds: number) => {
      for (const end = now + seconds * 1_000; now < end;) {
        now += 100;
        endpoints.tick();
        await Promise.resolve();
      }
      await new Promise((resolve) => setImmediate(resolve));
    };
    await pass(10);
    asked.splice(0);
    await pass(40);
    expect(asked.length).to.be.within(1_990, 2_010);
    expect(new Set(asked).size, 'all of them, in turn').to.be.within(990, 1_000);
    // Each takes two calls: in ten seconds 250 of them have been asked, and a little later their answers are known.
    expect(endpoints.told.sampledRatio).to.be.within(0.2, 0.35);
    endpoints.stop();
  });
});
