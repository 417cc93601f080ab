import { expect } from 'chai';
import type { BundlePolicy, RTCPeerConnection } from 'werift';
import { z } from 'zod';
import { EmbeddedEngine } from '../../support/embedded-engine.js';
import { KurentoSocket } from '../../../tools/kurento-socket.js';
import { until } from '../../support/until.js';
import { WeriftClient, weriftPatienceMs } from '../../support/werift-client.js';

const candidate = z.object({ candidate: z.string(), sdpMid: z.string(), sdpMLineIndex: z.number() });
describe('the embedded engine and an independent stack (werift)', function () {
  this.timeout(60_000);

  let engine: EmbeddedEngine;
  let kurento: KurentoSocket;
  let pipeline: string;
  const clients: WeriftClient[] = [];

  before(async () => {
    engine = await EmbeddedEngine.start();
    kurento = await KurentoSocket.open(engine.url);
  });
  after(async () => {
    await kurento.close();
    expect(await engine.stop(), 'the engine ends cleanly').to.equal(0);
  });
  beforeEach(async () => {
    pipeline = await kurento.create('MediaPipeline');
  });
  afterEach(async () => {
    for (const { peer } of clients.splice(0)) await peer.close();
    await kurento.value('release', { object: pipeline });
    expect(await kurento.pipelines()).to.deep.equal([]);
    kurento.events.length = 0;
  });

  function open(bundlePolicy: BundlePolicy = 'max-bundle'): WeriftClient {
    const client = new WeriftClient(bundlePolicy);
    clients.push(client);
    return client;
  }

  async function endpointFor(source?: string): Promise<string> {
    const endpoint = await kurento.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    if (source !== undefined) await kurento.invoke(source, 'connect', { sink: endpoint });
    await kurento.subscribe(endpoint, 'IceCandidateFound', 'IceGatheringDone');
    return endpoint;
  }

  /** The client offers; its answers and offers hold its candidates. */
  async function negotiate({ peer }: WeriftClient, endpoint: string): Promise<void> {
    await peer.setLocalDescription(await peer.createOffer());
    const sdp = z.string().parse(await kurento.invoke(endpoint, 'processOffer', { offer: peer.localDescription?.sdp }));
    await peer.setRemoteDescription({ type: 'answer', sdp });
    await takeCandidates(peer, endpoint);
  }

  async function negotiateFromEngine({ peer, tracks }: WeriftClient, endpoint: string): Promise<void> {
    const sdp = z.string().parse(await kurento.invoke(endpoint, 'generateOffer'));
    await peer.setRemoteDescription({ type: 'offer', sdp });
    for (const transceiver of peer.getTransceivers()) {
      transceiver.direction = 'sendrecv';
      await transceiver.sender.replaceTrack(tracks[transceiver.kind === 'audio' ? 'audio' : 'video']);
    }
    await peer.setLocalDescription(await peer.createAnswer());
    await kurento.invoke(endpoint, 'processAnswer', { answer: peer.localDescription?.sdp });
    await takeCandidates(peer, endpoint);
  }

  async function takeCandidates(peer: RTCPeerConnection, endpoint: string): Promise<void> {
    await kurento.invoke(endpoint, 'gatherCandidates');
    await kurento.event('IceGatheringDone', endpoint);
    for (const { type, object, data } of kurento.events) {
      if (type === 'IceCandidateFound' && object === endpoint)
        await peer.addIceCandidate(candidate.parse(data.candidate));
    }
  }

  for (const [how, policy] of [
    ['on one transport', 'max-bundle'],
    ['on two transports', 'disable'],
  ] as const) {
    it(`carries Opus and VP8 ${how} from one client to two, byte for byte, and asks for a keyframe`, async () => {
      const ann = open(policy).sends();
      const source = await endpointFor();
      await negotiate(ann, source);
      await ann.connected();
      expect(ann.peer.dtlsTransports.length).to.equal(policy === 'disable' ? 2 : 1);
      ann.write('video', 'first');
      const [ben, cleo] = [open(policy).receives(), open().receives()];
      for (const client of [ben, cleo]) {
        await negotiate(client, await endpointFor(source));
        await client.connected();
      }
      await until('a keyframe is asked for', () => ann.keyframesWanted > 0, weriftPatienceMs);
      // What comes before a client can decrypt it is lost.
      const isReady = ({ received }: WeriftClient): boolean =>
        Object.values(received).every(({ length }) => length > 0);
      await until(
        'both receive',
        () => {
          for (const kind of ['video', 'audio'] as const) ann.write(kind, 'ready');
          return isReady(ben) && isReady(cleo);
        },
        weriftPatienceMs,
      );
      for (let times = 0; times < 20; times += 1) {
        ann.write('video', `picture ${times}`);
        ann.write('audio', `sound ${times}`);
      }
      for (const { received } of [ben, cleo]) {
        const counted = (kind: 'audio' | 'video'): string[] =>
          (received[kind] ?? []).filter((text) => !text.endsWith('ready'));
        await until('all arrived', () => counted('video').length + counted('audio').length >= 40, weriftPatienceMs);
        const all = Array.from({ length: 20 }, (_value, index) => index);
        expect(counted('audio')).to.deep.equal(all.map((index) => `sound ${index}`));
        expect(counted('video')).to.deep.equal(all.map((index) => `\x10\x00picture ${index}`));
      }
    });
  }

  it('takes its answer to an offer of the engine, and sends back what it gets', async () => {
    const ann = open();
    const endpoint = await endpointFor();
    await kurento.invoke(endpoint, 'connect', { sink: endpoint });
    await negotiateFromEngine(ann, endpoint);
    await ann.connected();
    ann.write('audio', 'hello');
    ann.write('video', 'me');
    await until(
      'it is back',
      () => ann.received.audio?.length === 1 && ann.received.video?.length === 1,
      weriftPatienceMs,
    );
    expect(ann.received).to.deep.equal({ audio: ['hello'], video: ['\x10\x00me'] });
  });
});
