import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { build } from 'esbuild';
import { z } from 'zod';
import { devicePermissions, launchBrowser, listenerPermissions, openWindow, type RunningBrowser } from './browser.js';
import type { MediaStats, PageApi, Role } from './engine-page.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { KurentoSocket } from '../support/kurento-socket.js';

const candidate = z.object({ candidate: z.string(), sdpMid: z.string(), sdpMLineIndex: z.number() });

describe('the embedded engine with Chromium', function () {
  this.timeout(60_000);

  let engine: EmbeddedEngine;
  let kurento: KurentoSocket;
  let chromium: RunningBrowser;
  let pipeline: string;
  let script: string;
  const web = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>engine</title>');
  });
  const endpoints = new Map<string, string>();

  before(async () => {
    const entry = fileURLToPath(new URL('page/engine.ts', import.meta.url));
    const bundle = await build({
      entryPoints: [entry],
      bundle: true,
      format: 'iife',
      write: false,
      logLevel: 'silent',
    });
    script = bundle.outputFiles[0]?.text ?? '';
    engine = await EmbeddedEngine.start(0, ['--udp-ports', '42000-42199']);
    chromium = await launchBrowser();
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  });

  after(async () => {
    await chromium.close();
    web.close();
    expect(await engine.stop(), 'the engine ends cleanly').to.equal(0);
  });

  beforeEach(async () => {
    kurento = await KurentoSocket.open(engine.url);
    pipeline = await kurento.create('MediaPipeline');
  });

  afterEach(async () => {
    await kurento.value('release', { object: pipeline });
    expect(await kurento.pipelines()).to.deep.equal([]);
    await kurento.close();
    endpoints.clear();
    for (const context of chromium.browser.contexts()) await context.close();
  });

  async function openPage(permissions: readonly string[] = devicePermissions): Promise<Page> {
    const context = await openWindow(chromium.browser, { permissions: [...permissions] });
    const page = await context.newPage();
    await page.exposeFunction('candidateFound', async (name: string, found: unknown) => {
      const object = endpoints.get(name);
      if (object) await kurento.invoke(object, 'addIceCandidate', { candidate: candidate.parse(found) });
    });
    await page.goto(`http://127.0.0.1:${(web.address() as AddressInfo).port}/`);
    await page.evaluate(script);
    return page;
  }

  const call = <T>(page: Page, method: keyof PageApi, ...args: unknown[]): Promise<T> =>
    page.evaluate(`api.${method}(${args.map((arg) => JSON.stringify(arg)).join(',')})`);

  async function negotiate(
    page: Page,
    name: string,
    role: Role,
    { source, codec = '' }: { source?: string; codec?: string } = {},
  ): Promise<string> {
    const endpoint = await kurento.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    endpoints.set(name, endpoint);
    const from = source ? endpoints.get(source) : undefined;
    if (from) await kurento.invoke(from, 'connect', { sink: endpoint });
    await kurento.subscribe(
      endpoint,
      'IceCandidateFound',
      'MediaStateChanged',
      'ConnectionStateChanged',
      'DtlsConnectionStateChange',
    );
    const offer = await call<string>(page, 'offer', name, role, codec);
    const answer = z.string().parse(await kurento.invoke(endpoint, 'processOffer', { offer }));
    await call(page, 'answer', name, answer);
    let told = 0;
    const relay = async (): Promise<void> => {
      const mine = kurento.events.filter(({ type, object }) => type === 'IceCandidateFound' && object === endpoint);
      for (; told < mine.length; told++) await call(page, 'candidate', name, mine[told]?.data.candidate);
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
    const first = await eventually(
      page,
      name,
      ({ framesDecoded, width, audioPackets }) => framesDecoded > 0 && width > 0 && audioPackets > 0,
    );
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
      const other = await openPage(listenerPermissions);
      await negotiate(other, 'bob', 'subscribe', { source: 'ann' });
      const stats = await expectPlaying(other, 'bob');
      expect(stats.streams, 'audio and video arrive in one stream').to.equal(1);
    });
  }

  it('shows a late subscriber a picture at once, by asking the publisher for a keyframe', async () => {
    const page = await openPage();
    await negotiate(page, 'ann', 'publish');
    const other = await openPage(listenerPermissions);
    await negotiate(other, 'bob', 'subscribe', { source: 'ann' });
    await expectPlaying(other, 'bob');
    const late = await openPage(listenerPermissions);
    await negotiate(late, 'late', 'subscribe', { source: 'ann' });
    const began = Date.now();
    await eventually(late, 'late', ({ framesDecoded }) => framesDecoded > 0);
    if (process.env.ENGINE_LOG) process.stderr.write(`first picture after ${Date.now() - began} ms\n`);
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
    const other = await openPage(listenerPermissions);
    await negotiate(other, 'bob', 'subscribe', { source: 'ann' });
    await expectPlaying(other, 'bob');
    await kurento.invoke(endpoints.get('eve') ?? '', 'connect', { sink: endpoints.get('bob') });
    await expectPlaying(other, 'bob');
    await call(page, 'close', 'ann');
    await expectPlaying(other, 'bob');
  });

  /** Chromium starts at 300 kbit/s. How far it gets depends on the machine, which is for the bench to say. */
  it('lets what the publisher may send grow to twice what it started with', async () => {
    const page = await openPage();
    await negotiate(page, 'ann', 'publish');
    const stats = await eventually(page, 'ann', ({ available }) => available > 600_000);
    if (process.env.ENGINE_LOG) process.stderr.write(JSON.stringify(stats) + '\n');
  });

  it('tells that the media of a page that closed is gone', async () => {
    const page = await openPage();
    await negotiate(page, 'ann', 'publish');
    await kurento.event('MediaStateChanged', endpoints.get('ann'));
    await call(page, 'close', 'ann');
    await kurento.until(() =>
      kurento.events.some(({ type, data }) => type === 'DtlsConnectionStateChange' && data.state === 'CLOSED'),
    );
  });
});
