import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { plays, videoOf } from './plays.js';
import { useBrowser } from './shared-browser.js';
import { violations } from './violations.js';
import { patienceMs } from './visitor.js';

const pages = new URL('../../examples/pages/', import.meta.url);

/** Notes the elements that play sound without being in the page. */
const noteSounds = `{
  window.sounds = [];
  const Sound = Audio;
  window.Audio = class extends Sound { constructor() { super(); sounds.push(this); } };
}`;

async function attributes(elements: Locator, name: string): Promise<string[]> {
  return Promise.all((await elements.all()).map(async (each) => (await each.getAttribute(name)) ?? ''));
}

/** The pages at /examples/, each with two users. */
describe('the pages of examples', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({ pathPrefix: '/meet', kurentoRoom: { sessionGraceMs: 1_000 } });
  const newWindow = useBrowser();
  const errors: string[] = [];

  afterEach(() => {
    expect(errors.splice(0)).to.deep.equal([]);
  });

  async function open(path: string): Promise<Page> {
    const page = await (await newWindow()).newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.text().includes('Policy')) errors.push(message.text());
    });
    await page.addInitScript(noteSounds);
    await page.goto(`${server().url}examples${path}`);
    return page;
  }

  /** Opens the example for Ana and Berta, as its button says. */
  async function both(name: string): Promise<[Page, Page]> {
    const [ana, berta] = await Promise.all(
      ['Ana', 'Berta'].map(async (user) => {
        const page = await open(`/${name}.html?room=${name}&user=${user}`);
        expect(await page.locator('html').getAttribute('lang')).to.equal('en');
        if (name !== 'element') await page.getByRole('button', { name: 'Join' }).click();
        return page;
      }),
    );
    return ana && berta ? [ana, berta] : expect.fail('two users');
  }

  const tile = (page: Page, text: string | RegExp): Locator => page.locator('figure').filter({ hasText: text });

  it('are listed by a page without a slash at its end, and the list has all of them', async () => {
    const page = await open('');
    expect(page.url()).to.equal(`${server().url}examples/`);
    const names = readdirSync(pages).filter((name) => name.endsWith('.html') && name !== 'index.html');
    const links = await attributes(page.locator('li > a:first-child'), 'href');
    expect(links.sort()).to.deep.equal(names.sort());
    expect(names).to.have.length(6);
    for (const name of await attributes(page.locator('a'), 'href')) {
      expect((await page.request.get(`${server().url}examples/${name}`)).status(), name).to.equal(200);
    }
    expect(await violations(page)).to.deep.equal([]);
    const policyOf = async (path: string): Promise<string | undefined> =>
      (await page.request.get(`${server().url}${path}`)).headers()['content-security-policy'];
    expect(await policyOf('examples/chat.html'), 'as strict as that of the page').to.equal(await policyOf(''));
  });

  it('are short enough to be read first', () => {
    for (const name of readdirSync(pages).filter((each) => /\.(?:js|html)$/.test(each))) {
      const lines = readFileSync(new URL(name, pages), 'utf8').split('\n').length;
      expect(lines, name).to.be.below(80);
    }
  });

  it('element: is a whole call', async () => {
    const [ana, berta] = await both('element');
    await Promise.all([
      plays(videoOf(ana.locator('atrium-call'), 'Berta')),
      plays(videoOf(berta.locator('atrium-call'), 'Ana')),
    ]);
    expect(await violations(ana)).to.deep.equal([]);
  });

  it('sound: each is heard, is seen to speak, and to be muted', async () => {
    const [ana, berta] = await both('sound');
    const states = async (): Promise<string> =>
      ana.evaluate(`JSON.stringify(sounds.map(({ currentTime, paused, readyState, srcObject }) => ({
        ...{ currentTime, paused, readyState },
        tracks: srcObject?.getTracks().map(({ kind, muted, readyState }) => [kind, muted, readyState]),
      })))`);
    await until(
      'Ana hears Berta',
      () => ana.evaluate(`sounds.some(({ currentTime }) => currentTime > 0.5)`),
      patienceMs,
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}. The sounds of this page: ${await states()}`);
    });
    await ana.locator('li.speaks', { hasText: 'Berta' }).waitFor();
    const mute = berta.getByRole('button', { name: 'Mute' });
    await mute.click();
    await ana.locator('li.muted', { hasText: 'Berta' }).waitFor();
    await berta.locator('li.muted', { hasText: 'Berta (you)' }).waitFor();
    expect(await violations(ana)).to.deep.equal([]);
    await mute.click();
    await ana.locator('li.speaks:not(.muted)', { hasText: 'Berta' }).waitFor();
    await berta.close();
    await ana.locator('li', { hasText: 'Berta' }).waitFor({ state: 'detached' });
  });

  it('screen: the screen is beside the camera until it is stopped', async () => {
    const [ana, berta] = await both('screen');
    await plays(tile(ana, /^Berta$/).locator('video'));
    await berta.getByRole('button', { name: 'Share screen' }).click();
    await plays(tile(ana, "Berta's screen").locator('video'));
    await plays(tile(ana, /^Berta$/).locator('video'));
    await plays(tile(berta, 'Your screen').locator('video'));
    expect(await violations(berta)).to.deep.equal([]);
    await berta.getByRole('button', { name: 'Stop sharing' }).click();
    await tile(ana, "Berta's screen").waitFor({ state: 'detached' });
    await tile(berta, 'Your screen').waitFor({ state: 'detached' });
    await berta.getByRole('button', { name: 'Share screen' }).waitFor();
    await tile(ana, /^Berta$/).waitFor();
  });

  it('chat: texts arrive, a newcomer sees them, and data arrives', async () => {
    const [ana, berta] = await both('chat');
    await ana.getByLabel('Message', { exact: true }).fill('Hello');
    await ana.getByRole('button', { name: 'Send' }).click();
    await berta.locator('#messages p', { hasText: 'Ana Hello' }).waitFor();
    await ana.locator('#messages p', { hasText: 'Ana Hello' }).waitFor();
    await berta.getByRole('button', { name: 'Applause' }).click();
    await ana.getByText('👏 Berta').waitFor();
    await berta.getByText('👏 You').waitFor();
    expect(await violations(ana)).to.deep.equal([]);
    const clara = await open('/chat.html?room=chat&user=Clara');
    await clara.getByRole('button', { name: 'Join' }).click();
    await clara.locator('#messages p', { hasText: 'Ana Hello' }).waitFor();
  });

  it('devices: pictures with their quality, and menus that choose', async () => {
    const [ana, berta] = await both('devices');
    const ofBerta = tile(ana, 'Berta: good').locator('video');
    await plays(ofBerta);
    await tile(ana, 'You: good').waitFor();
    const menu = ana.getByLabel('Microphone');
    expect(await ana.getByLabel('Camera').locator('option').count()).to.be.at.least(1);
    const ids = await attributes(menu.locator('option'), 'value');
    expect(ids).to.include(await menu.inputValue());
    await menu.selectOption(ids.at(-1) ?? '');
    const speaker = ana.getByLabel('Loudspeaker');
    const wanted = await speaker.locator('option').last().getAttribute('value');
    await speaker.selectOption(wanted);
    await until(
      'the others are heard there',
      async () => (await ofBerta.evaluate((video) => Reflect.get(video, 'sinkId') as unknown)) === wanted,
      patienceMs,
    );
    await plays(tile(berta, 'Ana: good').locator('video'));
    expect(await ana.getByRole('status').textContent()).to.equal('');
    expect(await violations(ana)).to.deep.equal([]);
  });
});
