import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { plays, videoOf } from '../browser/plays.js';
import { useBrowser } from '../browser/shared-browser.js';
import { patienceMs } from '../browser/visitor.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { ExampleProcess } from './example.js';

/** The pages of the examples in a real browser, each served by the program that their READMEs name. */
describe('the examples with a page', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({ kurentoRoom: { sessionGraceMs: 1_000 } });
  const newWindow = useBrowser();
  const running: ExampleProcess[] = [];
  const errors: string[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((example) => example.end()));
    expect(errors.splice(0)).to.deep.equal([]);
  });

  function run(...args: [path: string, ...args: string[]]): ExampleProcess {
    const example = new ExampleProcess({ ATRIUM: server().url.replace(/\/$/, '') }, ...args);
    running.push(example);
    return example;
  }

  /** @returns the address of its page */
  async function serve(name: string): Promise<string> {
    const example = run('serve-page.mjs', name, '0');
    await until('the page is served', () => example.told.includes('\n'));
    return /http:\S+/.exec(example.told)?.[0] ?? '';
  }

  async function open(address: string): Promise<Page> {
    const page = await (await newWindow()).newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(address);
    return page;
  }

  async function call(page: Page, user: string): Promise<void> {
    await page.getByLabel('Your name').fill(user);
    await page.getByRole('button', { name: 'Call' }).click();
  }

  it('call: two people see each other, a third is sent away, and one who hangs up is gone', async () => {
    const address = await serve('call');
    const [ana, ben, cleo] = [await open(address), await open(address), await open(address)];
    await call(ana, 'Ana');
    await ana.getByText('Waiting for somebody to come.').waitFor();
    await call(ben, 'Ben');
    await Promise.all([plays(ana.locator('#other')), plays(ben.locator('#other'))]);
    expect(await ana.getByRole('status').textContent()).to.equal('Ben is here.');
    await call(cleo, 'Cleo');
    await cleo.getByText('Two people are in this room already.').waitFor();
    await call(cleo, 'Ana');
    await cleo.getByText('"Ana" is already in room').waitFor();
    await ben.getByRole('button', { name: 'Hang up' }).click();
    await ben.getByRole('button', { name: 'Call' }).waitFor();
    await until('Ana sees that', async () => (await ana.getByRole('status').textContent()) === 'Ben left.', patienceMs);
    await call(ben, 'Ben');
    await Promise.all([plays(ana.locator('#other')), plays(ben.locator('#other'))]);
  });

  it('embed-page: a page has a call, and is as before when it is over', async () => {
    const address = await serve('embed-page');
    const [reader, desk] = [await open(`${address}?user=Reader`), await open(`${address}?user=Desk`)];
    for (const page of [reader, desk]) await page.getByRole('button', { name: 'Talk to us' }).click();
    await Promise.all([plays(videoOf(reader, 'Desk')), plays(videoOf(desk, 'Reader'))]);
    await reader.getByRole('button', { name: 'Hang up' }).click();
    await reader.getByRole('button', { name: 'Talk to us' }).waitFor();
    expect(await reader.locator('video').count()).to.equal(0);
    await until('the desk is alone', async () => (await desk.locator('.tile').count()) === 1, patienceMs);
  });

  describe('bot', () => {
    const folder = mkdtempSync(join(tmpdir(), 'atrium-bot-'));
    const film = join(folder, 'film.mp4');
    before(() => {
      const inputs = ['testsrc=size=320x240:rate=15', 'sine=frequency=440'].flatMap((of) => ['-f', 'lavfi', '-i', of]);
      const made = spawnSync('ffmpeg', ['-v', 'error', ...inputs, '-t', '60', '-pix_fmt', 'yuv420p', film]);
      expect(made.status, String(made.stderr)).to.equal(0);
    });
    after(() => {
      rmSync(folder, { recursive: true });
    });

    it('plays a film that somebody in the room sees and hears, and leaves when it is stopped', async () => {
      const ana = await open(await serve('call'));
      await call(ana, 'Ana');
      await ana.getByText('Waiting for somebody to come.').waitFor();
      const bot = run('bot/bot.ts', film, 'garden', `${server().url.replace('http', 'ws')}room`);
      await plays(ana.locator('#other'));
      const { width, sound } = await ana.evaluate<{ width: number; sound: number }>(`(async () => {
        const other = document.querySelector('#other');
        const context = new AudioContext();
        const analyser = context.createAnalyser();
        context.createMediaStreamSource(other.srcObject).connect(analyser);
        const samples = new Float32Array(analyser.fftSize);
        for (let look = 0; look < 100 && !samples.some((sample) => Math.abs(sample) > 0.01); look += 1) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          analyser.getFloatTimeDomainData(samples);
        }
        return { width: other.videoWidth, sound: Math.max(...samples.map(Math.abs)) };
      })()`);
      expect(width).to.equal(320);
      expect(sound).to.be.above(0.01);
      expect(bot.told).to.include('video and audio');
      expect(await bot.end('SIGINT')).to.equal(0);
      await ana.getByText('bot left.').waitFor();
    });
  });
});
