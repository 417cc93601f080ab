import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { chromiumArgs, findBrowser, openWindow } from '../../tools/chromium.js';
import { BenchServer } from '../signalling/bench-process.js';
import { median } from '../median.js';
import { Table } from '../table.js';
import type { CallPage, Received, Way } from './call-page.js';
import { LossyPath } from './lossy-path.js';
import { writeNoise } from './noise.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const settleMs = 4_000;
const measureMs = 2_000;
const lossPercent = 5;
const lossyMs = 10_000;

/** The results of one call of two pages. */
interface Figures {
  readonly firstPictureMs: number;
  readonly kbps: number;
  readonly cpuMs: number;
  readonly frozenMs: number;
}

interface Row {
  readonly name: string;
  readonly unit: string;
  readonly aim: string;
  readonly of: (figures: Figures) => number;
}

const rows: readonly Row[] = [
  { name: 'time to first picture', unit: 'ms', aim: '≤ 1.5', of: ({ firstPictureMs }) => firstPictureMs },
  { name: 'video received after 5 s', unit: 'kbit/s', aim: '≥ 0.8', of: ({ kbps }) => kbps },
  { name: 'CPU of the browser, in one second', unit: 'ms', aim: '≤ 1.0', of: ({ cpuMs }) => cpuMs },
  {
    name: `frozen in ${lossyMs / 1000} s at ${lossPercent} % loss`,
    unit: 'ms',
    aim: '≤ 1.5',
    of: ({ frozenMs }) => frozenMs,
  },
];

/** Compares a call through the server with a direct call of the same two pages. Medians of rounds in alternating order. */
export async function benchCalls(): Promise<void> {
  process.stdout.write(
    '\nCalls: two pages through the server, beside the same two pages directly (bench/README.md)\n\n',
  );
  const folder = mkdtempSync(join(tmpdir(), 'calls-'));
  const film = join(folder, 'noise.y4m');
  writeNoise(film);
  const server = await BenchServer.start('../signalling/atrium-server.ts');
  try {
    const page = await bundlePage();
    const measured: Record<Way, Figures>[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const order: readonly Way[] = round % 2 === 0 ? ['direct', 'server'] : ['server', 'direct'];
      const pair = new Map<Way, Figures>();
      for (const way of order) pair.set(way, await call(way, server, film, page));
      measured.push(Object.fromEntries(pair) as Record<Way, Figures>);
    }
    print(measured);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

function print(measured: readonly Record<Way, Figures>[]): void {
  const table = new Table(['', 'unit', 'direct', 'server', 'ratio', 'range', 'aim']);
  for (const { name, unit, aim, of } of rows) {
    const direct = median(measured.map((pair) => of(pair.direct)));
    const server = median(measured.map((pair) => of(pair.server)));
    const ratios = measured.map((pair) => of(pair.server) / of(pair.direct));
    // A round has no ratio if nothing froze in its direct call.
    const known = ratios.filter(Number.isFinite);
    const range = known.length > 0 ? `${Math.min(...known).toFixed(2)}–${Math.max(...known).toFixed(2)}` : '';
    table.row([name, unit, direct.toFixed(0), server.toFixed(0), (server / direct).toFixed(2), range, aim]);
  }
  table.print();
}

async function call(way: Way, server: BenchServer, film: string, script: string): Promise<Figures> {
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    args: [...chromiumArgs, '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`],
  });
  try {
    const url = server.url.replace(/^ws/, 'http').replace(/room$/, 'call-page');
    const clean = await cleanCall(browser, way, [
      await openPage(browser, url, script),
      await openPage(browser, url, script),
    ]);
    // The network of each page loses packets. A direct call goes through both; a call by the server has one on each side of it.
    const share = lossPercent / 100;
    const path = new LossyPath(way === 'direct' ? 1 - (1 - share) ** 2 : share);
    const pages = [await openPage(browser, url, script, path), await openPage(browser, url, script, path)] as const;
    const frozenMs = await lossyCall(way, pages).finally(() => {
      path.close();
    });
    if (path.lost === 0) throw new Error(`nothing was lost, ${way}`);
    return { ...clean, frozenMs };
  } finally {
    await browser.close();
  }
}

type Pair = readonly [sender: Page, receiver: Page];

async function cleanCall(browser: Browser, way: Way, pages: Pair): Promise<Omit<Figures, 'frozenMs'>> {
  const [, receiver] = pages;
  const firstPictureMs = await begin(way, pages);
  await receiver.waitForTimeout(settleMs);
  const cpuBefore = await cpuOf(browser);
  const before = await on<Received>(receiver, 'received');
  await receiver.waitForTimeout(measureMs);
  const after = await on<Received>(receiver, 'received');
  const cpuMs = ((await cpuOf(browser)) - cpuBefore) / ((after.at - before.at) / 1000);
  const kbps = ((after.bytes - before.bytes) * 8) / (after.at - before.at);
  await end(pages);
  return { firstPictureMs, kbps, cpuMs };
}

async function lossyCall(way: Way, pages: Pair): Promise<number> {
  const [, receiver] = pages;
  await begin(way, pages);
  const before = await on<Received>(receiver, 'received');
  await receiver.waitForTimeout(lossyMs);
  const after = await on<Received>(receiver, 'received');
  await end(pages);
  if (after.framesDecoded <= before.framesDecoded) throw new Error(`no picture with loss, ${way}`);
  return (after.frozen - before.frozen) * 1000;
}

/** @returns the ms to the first picture */
async function begin(way: Way, [sender, receiver]: Pair): Promise<number> {
  const room = `${way}-${Date.now()}`;
  await on(sender, 'join', way, room, 'sender', true);
  await on(receiver, 'join', way, room, 'receiver', false);
  return on<number>(receiver, 'receive');
}

async function end(pages: Pair): Promise<void> {
  for (const page of pages) {
    await on(page, 'leave');
    await page.context().close();
  }
}

/** An empty page of the server's own origin, so that it may open its WebSocket. The server itself would give it a policy. */
async function openPage(browser: Browser, url: string, script: string, path?: LossyPath): Promise<Page> {
  const page = await (await openWindow(browser)).newPage();
  if (path) await page.exposeFunction('insteadOf', (candidate: string) => path.instead(candidate));
  await page.route(url, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(url);
  await page.unroute(url);
  await page.evaluate(script);
  return page;
}

function on<T = void>(page: Page, method: keyof CallPage, ...args: unknown[]): Promise<T> {
  return page.evaluate(`callPage.${method}(${args.map((arg) => JSON.stringify(arg)).join(',')})`);
}

/** User and system time of all the browser's processes so far, in ms. */
async function cpuOf(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
}

async function bundlePage(): Promise<string> {
  const entry = fileURLToPath(new URL('page/call.ts', import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'iife', write: false });
  return outputFiles[0]?.text ?? '';
}
