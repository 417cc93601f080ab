import { expect } from 'chai';
import { engineFiguresSchema } from '../../../../media/engine-figures.js';
import type { EngineFigures } from '../../../../media/engine-figures.js';
import { rtp } from '../../../support/rtp.js';
import { browserOffer, vp8 } from '../offers.js';
import { ProtocolStage } from './protocol-stage.js';

describe('the media engine tells in one answer what it has carried', () => {
  const stage = new ProtocolStage();

  const figures = async (): Promise<EngineFigures> =>
    engineFiguresSchema.parse(await stage.client.invoke('manager_ServerManager', 'getMediaFigures'));

  /** Of VP8 (RFC 7741 §4.2, §4.3). */
  const keyframe = Buffer.from([0x10, 0, 1, 2, 3]);

  /** By name and labels. */
  const counters = ({ counters: all }: EngineFigures): Record<string, number> =>
    Object.fromEntries(all.map(({ name, labels, value }) => [[name, ...Object.values(labels)].join(' '), value]));

  const pass = (ms: number): void => {
    stage.server.now += ms;
    stage.server.pulse.beat();
  };

  /** A publisher and one that receives it. The connection of the publisher stands after 300 ms. @returns what sends a packet of it */
  async function call(): Promise<{ send: (sequence: number) => void; endpoints: readonly string[] }> {
    const { pipeline, endpoint } = await stage.pipelineWithEndpoint();
    const receiver = await stage.client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    await stage.client.invoke(endpoint, 'connect', { sink: receiver });
    await stage.client.invoke(endpoint, 'processOffer', { offer: browserOffer({ direction: 'sendonly' }) });
    await stage.client.invoke(receiver, 'processOffer', { offer: browserOffer({ direction: 'recvonly' }) });
    const [publishing, receiving] = stage.server.transports.all;
    pass(300);
    for (const transport of [publishing, receiving])
      for (const state of ['checking', 'reachable', 'connected'] as const) transport?.become(state);
    const send = (sequence: number): void => {
      publishing?.listener.rtp(rtp({ ssrc: 7, payloadType: vp8.payloadType, sequence, payload: keyframe }));
    };
    return { send, endpoints: [endpoint, receiver] };
  }

  it('adds up packets of all endpoints every ten seconds, and those of an endpoint that ends', async () => {
    const { send, endpoints } = await call();
    for (const sequence of [1, 2, 5]) send(sequence);
    pass(10_000);
    const first = counters(await figures());
    expect([first['packets in video'], first['lost_packets in video'], first['bytes in video']]).to.deep.equal([
      3, 2, 15,
    ]);
    expect(first['packets out video']).to.equal(3);
    send(6);
    for (const endpoint of endpoints) await stage.client.request('release', { object: endpoint });
    const last = counters(await figures());
    expect([last['packets in video'], last['packets out video']]).to.deep.equal([4, 4]);
  });

  it('tells of each endpoint what it has carried in the last ten seconds', async () => {
    const { send, endpoints } = await call();
    for (const sequence of [1, 2, 5]) send(sequence);
    pass(10_000);
    const [publisher, receiver] = endpoints;
    expect((await figures()).endpoints).to.deep.equal([
      { id: publisher, packetsIn: 3, loss: 0.4 },
      { id: receiver, packetsIn: 0, loss: 0 },
    ]);
    pass(10_000);
    expect((await figures()).endpoints, 'nothing came since').to.deep.equal([]);
  });

  it('measures the steps of a connection, loss, and the bit rate of a room by its size', async () => {
    const { send } = await call();
    pass(50);
    send(1);
    pass(50);
    pass(10_000);
    const told = await figures();
    expect(counters(told)).to.include({ 'step ice ok': 2, 'step dtls ok': 2, 'step media ok': 2 });
    const histogram = (name: string, labels: object) =>
      told.histograms.find((each) => each.name === name && JSON.stringify(each.labels) === JSON.stringify(labels));
    expect(histogram('offer_to_connected_seconds', { direction: 'in' })).to.include({ count: 1, sum: 0.3 });
    expect(histogram('connected_to_media_seconds', { direction: 'out' })).to.include({ count: 1, sum: 0.1 });
    expect(histogram('media_loss_ratio', { direction: 'in', kind: 'video' })).to.include({ count: 1, sum: 0 });
    expect(histogram('room_bitrate_bits', { direction: 'out', size: '1-2' })).to.include({ count: 1 });
  });

  it('counts a connection that cannot be made once, by how far it came', async () => {
    for (const states of [
      ['checking', 'failed', 'failed'],
      ['checking', 'reachable', 'failed'],
    ] as const) {
      const { endpoint } = await stage.pipelineWithEndpoint();
      await stage.client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
      for (const state of states) stage.server.transports.all.at(-1)?.become(state);
    }
    const steps = { 'step ice failed': 1, 'step ice ok': 1, 'step dtls failed': 1 };
    expect(counters(await figures())).to.deep.equal(steps);
  });
});
