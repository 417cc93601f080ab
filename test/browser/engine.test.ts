import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { z } from 'zod';
import { EngineProcess } from '../media/embedded/engine-process.js';
import { KurentoSocket } from '../media/embedded/kurento-socket.js';

const candidate = z.object({ candidate: z.string(), sdpMid: z.string(), sdpMLineIndex: z.number() });
type Candidate = z.infer<typeof candidate>;

/** What the page below offers to the test. */
interface PageApi {
  offer(name: string, role: 'publish' | 'subscribe' | 'both', codec: string): Promise<string>;
  answer(name: string, sdp: string): Promise<void>;
  candidate(name: string, candidate: Candidate): Promise<void>;
  stats(name: string): Promise<MediaStats>;
  close(name: string): void;
}

interface MediaStats {
  framesDecoded: number;
  framesPerSecond: number;
  audioPackets: number;
  width: number;
  currentTime: number;
  sentBitrate: number;
  available: number;
  streams: number;
  state: string;
}

/** Runs in the browser: nothing of this file but its argument may be named in it. */
function pageScript(): void {
  const calls = new Map<string, { peer: RTCPeerConnection; video: HTMLVideoElement; streams: Set<string> }>();
  const call = (name: string) => {
    const found = calls.get(name);
    if (!found) throw new Error(`no call ${name}`);
    return found;
  };
  const api: PageApi = {
    async offer(name, role, codec) {
      const peer = new RTCPeerConnection();
      const video = document.createElement('video');
      video.autoplay = true;
      video.playsInline = true;
      document.body.append(video);
      const streams = new Set<string>();
      calls.set(name, { peer, video, streams });
      peer.onicecandidate = ({ candidate: found }) => {
        // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access
        if (found) (window as any).candidateFound(name, found.toJSON());
      };
      peer.ontrack = ({ streams: [stream] }) => {
        if (!stream) return;
        streams.add(stream.id);
        video.srcObject = stream;
      };
      if (role === 'subscribe') {
        peer.addTransceiver('audio', { direction: 'recvonly' });
        peer.addTransceiver('video', { direction: 'recvonly' });
      } else {
        const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
        const direction = role === 'both' ? 'sendrecv' : 'sendonly';
        for (const track of media.getTracks()) peer.addTransceiver(track, { direction, streams: [media] });
      }
      if (codec) {
        const all = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
        const wanted = all.filter(({ mimeType }) => mimeType === `video/${codec}`);
        peer.getTransceivers()[1]?.setCodecPreferences(wanted);
      }
      await peer.setLocalDescription();
      return peer.localDescription?.sdp ?? '';
    },
    async answer(name, sdp) {
      await call(name).peer.setRemoteDescription({ type: 'answer', sdp });
    },
    async candidate(name, found) {
      await call(name).peer.addIceCandidate(found);
    },
    async stats(name) {
      const { peer, video, streams } = call(name);
      const stats: MediaStats = {
        framesDecoded: 0,
        framesPerSecond: 0,
        audioPackets: 0,
        width: video.videoWidth,
        currentTime: video.currentTime,
        sentBitrate: 0,
        available: 0,
        streams: streams.size,
        state: peer.connectionState,
      };
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      (await peer.getStats()).forEach((entry: any) => {
        /* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment */
        if (entry.type === 'inbound-rtp' && entry.kind === 'video') {
          stats.framesDecoded = entry.framesDecoded;
          stats.framesPerSecond = entry.framesPerSecond ?? 0;
        }
        if (entry.type === 'inbound-rtp' && entry.kind === 'audio') stats.audioPackets = entry.packetsReceived;
        if (entry.type === 'outbound-rtp' && entry.kind === 'video') stats.sentBitrate = entry.targetBitrate ?? 0;
        if (entry.type === 'candidate-pair' && entry.nominated) stats.available = entry.availableOutgoingBitrate ?? 0;
        /* eslint-enable */
      });
      return stats;
    },
    close(name) {
      call(name).peer.close();
      calls.delete(name);
    },
  };
  Object.assign(window, { api });
}

const launchArgs = [
  '--no-sandbox',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe('the embedded engine with Chromium', function () {
  this.timeout(60_000);

  let engine: EngineProcess;
  let kurento: KurentoSocket;
  let browser: Browser;
  let pipeline: string;
  const web = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>engine</title>');
  });
  const endpoints = new Map<string, string>();

  before(async () => {
    engine = await EngineProcess.start('--udp-ports', '42000-42199');
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: launchArgs,
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  });

  after(async () => {
    await browser.close();
    web.close();
    await engine.stop();
  });

  beforeEach(async () => {
    kurento = await KurentoSocket.open(engine.url);
    pipeline = await kurento.create('MediaPipeline');
  });

  afterEach(async () => {
    await kurento.value('release', { object: pipeline });
    expect(await kurento.invoke('manager_ServerManager', 'getPipelines')).to.deep.equal([]);
    await kurento.close();
    endpoints.clear();
    for (const context of browser.contexts()) await context.close();
  });

  async function openPage(permissions: string[] = ['camera', 'microphone']): Promise<Page> {
    const context = await browser.newContext({ permissions });
    const page = await context.newPage();
    await page.exposeFunction('candidateFound', async (name: string, found: unknown) => {
      const object = endpoints.get(name);
      if (object) await kurento.invoke(object, 'addIceCandidate', { candidate: candidate.parse(found) });
    });
    await page.goto(`http://127.0.0.1:${(web.address() as AddressInfo).port}/`);
    // tsx keeps names of functions by a call that the page does not know.
    await page.evaluate('globalThis.__name = (target) => target');
    await page.evaluate(`(${pageScript.toString()})()`);
    return page;
  }

  const call = <T>(page: Page, method: keyof PageApi, ...args: unknown[]): Promise<T> =>
    page.evaluate(`api.${method}(${args.map((arg) => JSON.stringify(arg)).join(',')})`);

  async function negotiate(
    page: Page,
    name: string,
    role: 'publish' | 'subscribe' | 'both',
    { source, codec = '' }: { source?: string; codec?: string } = {},
  ): Promise<string> {
    const endpoint = await kurento.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    endpoints.set(name, endpoint);
    const from = source ? endpoints.get(source) : undefined;
    if (from) await kurento.invoke(from, 'connect', { sink: endpoint });
    await kurento.subscribe(endpoint, 'IceCandidateFound', 'MediaStateChanged', 'ConnectionStateChanged', 'DtlsConnectionStateChange');
    const offer = await call<string>(page, 'offer', name, role, codec);
    const answer = z.string().parse(await kurento.invoke(endpoint, 'processOffer', { offer }));
    await call(page, 'answer', name, answer);
    let told = 0;
    const relay = async (): Promise<void> => {
      const mine = kurento.events.filter(({ type, object }) => type === 'IceCandidateFound' && object === endpoint);
      for (; told < mine.length; told++) await call(page, 'candidate', name, mine[told]?.data['candidate']);
    };
    await kurento.invoke(endpoint, 'gatherCandidates');
    await kurento.event('IceCandidateFound', endpoint);
    await relay();
    return answer;
  }

  async function eventually(page: Page, name: string, condition: (stats: MediaStats) => boolean): Promise<MediaStats> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const stats = await call<MediaStats>(page, 'stats', name);
      if (condition(stats)) return stats;
      if (Date.now() > deadline) throw new Error(`not in time: ${JSON.stringify(stats)}`);
      await page.waitForTimeout(50);
    }
  }

  async function expectPlaying(page: Page, name: string): Promise<MediaStats> {
    const first = await eventually(page, name, ({ framesDecoded, width, audioPackets }) => framesDecoded > 0 && width > 0 && audioPackets > 0);
    return eventually(
      page,
      name,
      (now) =>
        now.framesDecoded >= first.framesDecoded + 10 &&
        now.currentTime > first.currentTime + 0.3 &&
        now.audioPackets > first.audioPackets + 10,
    );
  }

  for (const codec of ['', 'VP8', 'H264', 'VP9']) {
    it(`carries ${codec || 'whatever the browser prefers'} and Opus from one page to another`, async () => {
      const page = await openPage();
      await negotiate(page, 'ann', 'publish', { codec });
      const other = await openPage([]);
      await negotiate(other, 'bob', 'subscribe', { source: 'ann' });
      const stats = await expectPlaying(other, 'bob');
      expect(stats.streams, 'audio and video arrive in one stream').to.equal(1);
    });
  }

  it('shows a late subscriber a picture at once, by asking the publisher for a keyframe', async () => {
    const page = await openPage();
    await negotiate(page, 'ann', 'publish');
    const other = await openPage([]);
    await negotiate(other, 'bob', 'subscribe', { source: 'ann' });
    await expectPlaying(other, 'bob');
    const late = await openPage([]);
    await negotiate(late, 'late', 'subscribe', { source: 'ann' });
    const began = Date.now();
    await eventually(late, 'late', ({ framesDecoded }) => framesDecoded > 0);
    if (process.env['ENGINE_LOG']) process.stderr.write(`first picture after ${Date.now() - began} ms\n`);
    await expectPlaying(late, 'late');
  });

  it('sends a publisher its own media back when it is connected to itself', async () => {
    const page = await openPage();
    const endpoint = await kurento.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    await kurento.value('release', { object: endpoint });
    await negotiate(page, 'loop', 'both');
    await kurento.invoke(endpoints.get('loop') ?? '', 'connect', { sink: endpoints.get('loop') });
    await expectPlaying(page, 'loop');
  });

  it('goes on without a freeze when the source of a subscriber is replaced', async () => {
    const page = await openPage();
    await negotiate(page, 'ann', 'publish');
    const second = await openPage();
    await negotiate(second, 'eve', 'publish');
    const other = await openPage([]);
    await negotiate(other, 'bob', 'subscribe', { source: 'ann' });
    await expectPlaying(other, 'bob');
    await kurento.invoke(endpoints.get('eve') ?? '', 'connect', { sink: endpoints.get('bob') });
    await expectPlaying(other, 'bob');
    await call(page, 'close', 'ann');
    await expectPlaying(other, 'bob');
  });

  it('lets the publisher send more than a megabit per second', async () => {
    const page = await openPage();
    await negotiate(page, 'ann', 'publish');
    const stats = await eventually(page, 'ann', ({ available }) => available > 1_000_000);
    if (process.env['ENGINE_LOG']) process.stderr.write(JSON.stringify(stats) + '\n');
  });

  it('tells that the media of a page that closed is gone', async () => {
    const page = await openPage();
    await negotiate(page, 'ann', 'publish');
    await kurento.event('MediaStateChanged', endpoints.get('ann'));
    await call(page, 'close', 'ann');
    await kurento.until(() =>
      kurento.events.some(({ type, data }) => type === 'DtlsConnectionStateChange' && data['state'] === 'CLOSED'),
    );
  });
});
