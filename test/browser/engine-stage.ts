import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { build } from 'esbuild';
import { z } from 'zod';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import type { NarrowPath } from '../support/narrow-path.js';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { until } from '../support/until.js';
import { devicePermissions, openWindow, type RunningBrowser } from '../../tools/chromium.js';
import { sharedBrowser } from './shared-browser.js';
import { patienceMs } from './visitor.js';
import type { MediaStats, OfferSettings, PageApi } from './engine-page.js';

const candidate = z.object({ candidate: z.string(), sdpMid: z.string(), sdpMLineIndex: z.number() });

export interface CallSettings extends OfferSettings {
  /** The name of the call whose media it receives. */
  readonly source?: string;
  /** By which the page reaches the engine. */
  readonly path?: NarrowPath;
}

/** A stage for the tests of one `describe`. Its engine runs for all of them. `flags`: of the engine, asked for when it starts. */
export function useStage(flags: () => readonly string[] = () => []): EngineStage {
  const stage = new EngineStage();
  before(() => stage.start(flags()));
  after(() => stage.stop());
  beforeEach(() => stage.open());
  afterEach(() => stage.clear());
  return stage;
}

/** The embedded engine, Chromium, and pages. The tests negotiate calls themselves, without a room. */
class EngineStage {
  #engine: EmbeddedEngine | undefined;
  #chromium: RunningBrowser | undefined;
  #script = '';
  readonly #web = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>engine</title>');
  });
  readonly #endpoints = new Map<string, string>();
  readonly #paths = new Map<string, NarrowPath>();
  #kurento: KurentoSocket | undefined;
  #pipeline = '';

  /** `flags`: of the engine. */
  async start(flags: readonly string[]): Promise<void> {
    this.#script = await script();
    this.#engine = await EmbeddedEngine.start(0, flags);
    this.#chromium = await sharedBrowser();
    await new Promise<void>((resolve) => this.#web.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#web.close();
    expect(await this.#engine?.stop(), 'the engine ends cleanly').to.equal(0);
  }

  /** Before each test. */
  async open(): Promise<void> {
    this.#kurento = await KurentoSocket.open(
      this.#engine?.url ?? expect.fail('the engine runs between start and stop'),
    );
    this.#pipeline = await this.kurento.create('MediaPipeline');
  }

  /** After each test: nothing is left. */
  async clear(): Promise<void> {
    await this.kurento.value('release', { object: this.#pipeline });
    expect(await this.kurento.pipelines()).to.deep.equal([]);
    await this.kurento.close();
    this.#endpoints.clear();
    this.#paths.clear();
    for (const context of this.#chromium?.browser.contexts() ?? []) await context.close();
  }

  get kurento(): KurentoSocket {
    if (!this.#kurento) throw new Error('there is a client between open and clear');
    return this.#kurento;
  }

  get pipeline(): string {
    return this.#pipeline;
  }

  endpoint(name: string): string {
    return this.#endpoints.get(name) ?? expect.fail(`no call ${name}`);
  }

  async openPage(permissions: readonly string[] = devicePermissions): Promise<Page> {
    if (!this.#chromium) throw new Error('there is a browser between start and stop');
    const context = await openWindow(this.#chromium.browser, { permissions: [...permissions] });
    const page = await context.newPage();
    await page.exposeFunction('candidateFound', async (name: string, found: unknown) => {
      const object = this.#endpoints.get(name);
      // An engine that knows the address of the page would find another way to it.
      if (object && !this.#paths.has(name))
        await this.kurento.invoke(object, 'addIceCandidate', { candidate: candidate.parse(found) });
    });
    await page.goto(`http://127.0.0.1:${(this.#web.address() as AddressInfo).port}/`);
    await page.evaluate(this.#script);
    return page;
  }

  call<T>(page: Page, method: keyof PageApi, ...args: unknown[]): Promise<T> {
    return page.evaluate(`api.${method}(${args.map((arg) => JSON.stringify(arg)).join(',')})`);
  }

  /** Makes an endpoint for a call of the page, connects it with its source, and negotiates. @returns the answer */
  async negotiate(page: Page, name: string, { source, path, ...offered }: CallSettings): Promise<string> {
    if (path) this.#paths.set(name, path);
    const endpoint = await this.#open(name, offered.channel !== undefined, source);
    const offer = await this.call<string>(page, 'offer', name, offered);
    const answer = z.string().parse(await this.kurento.invoke(endpoint, 'processOffer', { offer }));
    await this.call(page, 'answer', name, answer);
    await this.#trickle(page, name, endpoint);
    return answer;
  }

  /** As `negotiate`, but the engine makes the offer. @returns the offer */
  async negotiateFromEngine(page: Page, name: string, { source, ...settings }: CallSettings): Promise<string> {
    const endpoint = await this.#open(name, settings.channel !== undefined, source);
    const offer = z.string().parse(await this.kurento.invoke(endpoint, 'generateOffer'));
    const answer = await this.call<string>(page, 'accept', name, offer, settings);
    expect(await this.kurento.invoke(endpoint, 'processAnswer', { answer })).to.be.a('string');
    await this.#trickle(page, name, endpoint);
    return offer;
  }

  /** The page looks for another path for its call. @returns the answer */
  async restart(page: Page, name: string): Promise<string> {
    const endpoint = this.endpoint(name);
    this.kurento.events.length = 0;
    const offer = await this.call<string>(page, 'restart', name);
    const answer = z.string().parse(await this.kurento.invoke(endpoint, 'processRestartOffer', { offer }));
    await this.call(page, 'answer', name, answer);
    await this.#trickle(page, name, endpoint);
    await this.kurento.until(() =>
      this.kurento.events.some(
        ({ type, object, data }) =>
          type === 'DtlsConnectionStateChange' && object === endpoint && data.state === 'CONNECTED',
      ),
    );
    return answer;
  }

  async #open(name: string, useDataChannels: boolean, source: string | undefined): Promise<string> {
    const { kurento } = this;
    const endpoint = await kurento.create('WebRtcEndpoint', { mediaPipeline: this.#pipeline, useDataChannels });
    this.#endpoints.set(name, endpoint);
    if (source !== undefined) await kurento.invoke(this.endpoint(source), 'connect', { sink: endpoint });
    await kurento.subscribe(
      endpoint,
      'IceCandidateFound',
      'MediaStateChanged',
      'ConnectionStateChanged',
      'DtlsConnectionStateChange',
    );
    return endpoint;
  }

  async #trickle(page: Page, name: string, endpoint: string): Promise<void> {
    const { kurento } = this;
    await kurento.invoke(endpoint, 'gatherCandidates');
    await kurento.event('IceCandidateFound', endpoint);
    const mine = kurento.events.filter(({ type, object }) => type === 'IceCandidateFound' && object === endpoint);
    const path = this.#paths.get(name);
    for (const { data } of mine) {
      const found = candidate.parse(data.candidate);
      const told = path ? await path.through(found.candidate) : found.candidate;
      if (told !== undefined) await this.call(page, 'candidate', name, { ...found, candidate: told });
    }
  }

  /** Opens a data channel on the engine's side, as soon as the call has them. */
  openDataChannel(name: string, label: string): Promise<void> {
    const invocation = { object: this.endpoint(name), operation: 'createDataChannel', operationParams: { label } };
    return until(
      'the engine opens a channel',
      async () => (await this.kurento.request('invoke', invocation)).error === undefined,
      patienceMs,
    );
  }

  /** Ends a call on both sides. */
  async end(page: Page, name: string): Promise<void> {
    await this.call(page, 'close', name);
    await this.kurento.value('release', { object: this.endpoint(name) });
    this.#endpoints.delete(name);
  }

  stats(page: Page, name: string): Promise<MediaStats> {
    return this.call<MediaStats>(page, 'stats', name);
  }

  /** `pauseMs`: between two looks, each of which costs the page something. */
  async eventually(
    page: Page,
    name: string,
    condition: (stats: MediaStats) => boolean,
    pauseMs = 100,
  ): Promise<MediaStats> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const stats = await this.stats(page, name);
      if (condition(stats)) return stats;
      if (Date.now() > deadline) throw new Error(`${name}: not in time: ${JSON.stringify(stats)}`);
      await page.waitForTimeout(pauseMs);
    }
  }

  /** Resolves when picture and sound go on. `frames`: how many more frames must arrive. */
  async expectPlaying(page: Page, name: string, frames = 10, pauseMs = 100): Promise<MediaStats> {
    const first = await this.eventually(
      page,
      name,
      ({ framesDecoded, width, audioPackets }) => framesDecoded > 0 && width > 0 && audioPackets > 0,
      pauseMs,
    );
    return this.eventually(
      page,
      name,
      (now) =>
        now.framesDecoded >= first.framesDecoded + frames &&
        now.currentTime > first.currentTime &&
        now.audioPackets > first.audioPackets,
      pauseMs,
    );
  }
}

let bundled: Promise<string> | undefined;

/** What runs in the page. It is bundled once for all files. */
function script(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('page/engine.ts', import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
