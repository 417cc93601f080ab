import { expect } from 'chai';
import { MediaStreamTrack, RTCPeerConnection, RtpHeader, RtpPacket, useOPUS, useVP8 } from 'werift';
import type { BundlePolicy, RTCRtpSender } from 'werift';
import { z } from 'zod';
import { EmbeddedEngine } from '../../support/embedded-engine.js';
import { KurentoSocket } from '../../../tools/kurento-socket.js';
import { until } from '../../support/until.js';

const candidate = z.object({ candidate: z.string(), sdpMid: z.string(), sdpMLineIndex: z.number() });
/** Its handshakes are slow: the elliptic curve is computed in JavaScript. */
const patienceMs = 20_000;

/** A client whose ICE, DTLS, SRTP and SCTP share no code with the engine's. */
class Client {
  readonly peer: RTCPeerConnection;
  /** Payloads as they came, by kind. */
  readonly received: Record<string, string[]> = { audio: [], video: [] };
  readonly tracks = { audio: new MediaStreamTrack({ kind: 'audio' }), video: new MediaStreamTrack({ kind: 'video' }) };
  readonly senders: RTCRtpSender[] = [];
  keyframesWanted = 0;
  readonly #sequence = { audio: 100, video: 100 };

  constructor(bundlePolicy: BundlePolicy) {
    this.peer = new RTCPeerConnection({
      iceServers: [],
      bundlePolicy,
      codecs: {
        audio: [useOPUS()],
        video: [useVP8({ rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }] })],
      },
    });
    this.peer.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe((packet) => this.received[track.kind]?.push(packet.payload.toString()));
    });
  }

  sends(): this {
    for (const track of [this.tracks.audio, this.tracks.video]) {
      const { sender } = this.peer.addTransceiver(track, { direction: 'sendonly' });
      sender.onPictureLossIndication.subscribe(() => (this.keyframesWanted += 1));
    }
    return this;
  }

  receives(): this {
    for (const kind of ['audio', 'video'] as const) this.peer.addTransceiver(kind, { direction: 'recvonly' });
    return this;
  }

  /** Every picture is a keyframe for a reader of the beginning of the packet only (RFC 7741 §4.2, §4.3). */
  write(kind: 'audio' | 'video', text: string): void {
    const payload = kind === 'video' ? `\x10\x00${text}` : text;
    const sequenceNumber = this.#sequence[kind]++;
    const header = new RtpHeader({ sequenceNumber, timestamp: sequenceNumber * 960, marker: true });
    this.tracks[kind].writeRtp(new RtpPacket(header, Buffer.from(payload)));
  }

  async connected(): Promise<void> {
    await until('the client is connected', () => this.peer.connectionState === 'connected', patienceMs);
  }
}

describe('the embedded engine and an independent stack (werift)', function () {
  this.timeout(60_000);

  let engine: EmbeddedEngine;
  let kurento: KurentoSocket;
  let pipeline: string;
  const clients: Client[] = [];

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

  function open(bundlePolicy: BundlePolicy = 'max-bundle'): Client {
    const client = new Client(bundlePolicy);
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
  async function negotiate({ peer }: Client, endpoint: string): Promise<void> {
    await peer.setLocalDescription(await peer.createOffer());
    const sdp = z.string().parse(await kurento.invoke(endpoint, 'processOffer', { offer: peer.localDescription?.sdp }));
    await peer.setRemoteDescription({ type: 'answer', sdp });
    await takeCandidates(peer, endpoint);
  }

  async function negotiateFromEngine({ peer, tracks }: Client, endpoint: string): Promise<void> {
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
      await until('a keyframe is asked for', () => ann.keyframesWanted > 0, patienceMs);
      for (let times = 0; times < 20; times += 1) {
        ann.write('video', `picture ${times}`);
        ann.write('audio', `sound ${times}`);
      }
      for (const { received } of [ben, cleo]) {
        await until(
          'all arrived',
          () => (received.video?.length ?? 0) + (received.audio?.length ?? 0) >= 40,
          patienceMs,
        );
        const all = Array.from({ length: 20 }, (_value, index) => index);
        expect(received.audio).to.deep.equal(all.map((index) => `sound ${index}`));
        expect(received.video).to.deep.equal(all.map((index) => `\x10\x00picture ${index}`));
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
    await until('it is back', () => ann.received.audio?.length === 1 && ann.received.video?.length === 1, patienceMs);
    expect(ann.received).to.deep.equal({ audio: ['hello'], video: ['\x10\x00me'] });
  });
});
