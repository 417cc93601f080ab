import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { plays, videoOf } from './plays.js';
import { useBrowser } from './shared-browser.js';
import { useSite } from './site.js';
import { violations } from './violations.js';
import { patienceMs, Visitor } from './visitor.js';

/** Notes what the page takes of the browser, so that it can be asked what of it is free again. */
const bookkeeping = `{
  window.taken = { tracks: [], connections: [] };
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const stream = await open(wish);
    taken.tracks.push(...stream.getTracks());
    return stream;
  };
  const Connection = RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(...args) {
      super(...args);
      taken.connections.push(this);
    }
  };
}`;

/** Notes the events of an element, in order. */
const noteEvents = `
  window.told = [];
  for (const name of ['joined', 'waiting', 'left', 'error']) {
    document.addEventListener(name, ({ detail }) => told.push(detail.reason ?? detail.code ?? name), true);
  }`;

describe('the element <atrium-call>', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({ kurentoRoom: { sessionGraceMs: 1_000 } });
  const newWindow = useBrowser();
  const site = useSite();
  const errors: string[] = [];

  afterEach(() => {
    site.policy = '';
    expect(errors.splice(0)).to.deep.equal([]);
  });

  const script = (): string => `<script type="module" src="${server().url}client/atrium-call.js"></script>`;

  async function open(html: string): Promise<Page> {
    site.pages = { '/some/page': `<!doctype html><html lang="en"><title>A page</title>${html}` };
    const page = await (await newWindow()).newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) errors.push(message.text());
    });
    for (const before of [bookkeeping, noteEvents]) await page.addInitScript(before);
    await page.goto(site.at('/some/page'));
    return page;
  }

  const sees = (call: Locator, participant: string): Promise<void> => plays(videoOf(call, participant));

  async function free(page: Page, first: number): Promise<void> {
    await until(
      'camera and microphone are off, and nothing is connected',
      () =>
        page.evaluate(
          `taken.tracks.slice(${String(first)}).every(({ readyState }) => readyState === 'ended') &&
           taken.connections.slice(${String(first)}).every(({ signalingState }) => signalingState === 'closed')`,
        ),
      patienceMs,
    );
  }

  it('is the call of the page on a site with a strict policy, is moved about, and is gone when it is removed', async () => {
    const from = new URL(server().url).origin;
    site.policy = `default-src 'none'; script-src ${from} 'nonce-page'; connect-src ${from} ${from.replace('http', 'ws')}`;
    const page = await open(
      `${script()}<div><atrium-call room="strict" user="Ana"></atrium-call></div><p><button>Mine</button></p>`,
    );
    const call = page.locator('atrium-call');
    const berta = await Visitor.join(await newWindow(), server().url, 'Berta', 'strict');
    await berta.receives('Ana');
    await sees(call, 'Berta');
    const styles = `getComputedStyle(document.querySelector('atrium-call').shadowRoot.querySelector('.controls')).display`;
    expect(await page.evaluate(styles), 'its styles are there').to.equal('grid');

    await page.evaluate(`document.querySelector('p').append(document.querySelector('atrium-call'))`);
    await berta.say('Still there?');
    await call.getByRole('button', { name: /^Chat/ }).click();
    await call.locator('.panel').getByText('Still there?').waitFor();
    await berta.receives('Ana');
    expect(await page.evaluate('told')).to.deep.equal(['joined']);

    await page.evaluate(`window.call = document.querySelector('atrium-call'); call.remove()`);
    await berta.seesTiles('Berta');
    await free(page, 0);
    await until('it says so', () => page.evaluate(`call.state === 'idle' && call.call === undefined`), patienceMs);
    await page.evaluate(`document.body.append(call)`);
    await sees(call, 'Berta');
    await page.evaluate(`call.leave()`);
    await call.getByText('You left strict.').waitFor();
    await call.getByRole('button', { name: 'Rejoin' }).click();
    await sees(call, 'Berta');
    expect(berta.errors).to.deep.equal([]);
  });

  it('can be there twice: each has its media, messages, keys and language, and one that is left leaves the other', async () => {
    const page = await open(`${script()}
      <atrium-call id="one" room="first" user="Ana" style="height: 300px"></atrium-call>
      <atrium-call id="two" room="second" user="Ana" language="de" style="height: 300px"></atrium-call>`);
    const [one, two] = [page.locator('#one'), page.locator('#two')];
    const [berta, clara] = await Promise.all([
      Visitor.join(await newWindow(), server().url, 'Berta', 'first'),
      Visitor.join(await newWindow(), server().url, 'Clara', 'second'),
    ]);
    await Promise.all([berta.receives('Ana'), clara.receives('Ana'), sees(one, 'Berta'), sees(two, 'Clara')]);

    await one.getByRole('button', { name: 'Microphone', exact: true }).waitFor();
    await two.locator('[lang="de"]').getByRole('button', { name: 'Mikrofon', exact: true }).waitFor();

    await berta.say('To the first');
    await one.getByRole('button', { name: 'Chat: 1 unread' }).waitFor();
    expect(await two.getByRole('button', { name: /unread/ }).count()).to.equal(0);

    const panels = async (): Promise<number[]> => Promise.all([one, two].map((call) => call.locator('.panel').count()));
    await page.locator('body').press('p');
    expect(await panels(), 'of two, none is meant').to.deep.equal([0, 0]);
    await two.getByRole('toolbar').getByRole('button').first().press('p');
    await two.locator('.panel').waitFor();
    expect(await panels()).to.deep.equal([0, 1]);

    await page.evaluate(`document.querySelector('#two').remove()`);
    await clara.seesTiles('Clara');
    await berta.receives('Ana');
    await page.locator('body').press('p');
    await one.locator('.panel').waitFor();
  });

  it('does what its attributes say, also during the call', async () => {
    const page = await open(`${script()}<main><h1>A page</h1>
      <atrium-call publish="off" theme="dark" style="height: 400px"></atrium-call></main>`);
    const call = page.locator('atrium-call');
    await call.getByText('No call yet').waitFor();
    const change = (name: string, value: string): Promise<void> =>
      page.evaluate(`document.querySelector('atrium-call').setAttribute('${name}', '${value}')`);
    expect(await violations(page), 'without a call').to.deep.equal([]);

    await change('room', 'tuned');
    await change('user', 'Ana');
    await call.getByRole('heading', { name: 'tuned' }).waitFor();
    expect(await page.evaluate('taken.tracks.length'), 'it listens').to.equal(0);
    expect(await violations(page), 'in the call').to.deep.equal([]);
    const buttons = (): Promise<string[]> =>
      page.evaluate(
        `[...document.querySelector('atrium-call').shadowRoot.querySelectorAll('[role=toolbar] button')].map(({ ariaLabel }) => ariaLabel)`,
      );
    await change('chat', 'off');
    await until('there is no chat', async () => (await buttons()).every((name) => !name.startsWith('Chat')));
    await page.locator('body').press('c');
    expect(await call.locator('.panel').count()).to.equal(0);
    await change('buttons', 'people leave');
    await until('the others are gone', async () => (await buttons()).join() === 'Leave,People: 1', patienceMs);
    await change('language', 'de');
    await call
      .getByRole('button', { name: 'Einladung kopieren' })
      .or(call.getByRole('button', { name: 'Verlassen' }))
      .first()
      .waitFor();

    await change('room', 'other');
    await call.getByRole('heading', { name: 'other' }).waitFor();
    expect(await page.evaluate('told')).to.deep.equal(['joined', 'left', 'joined']);
  });

  it('is whole and of use in 300×200 pixels, whatever the font size of the page is', async () => {
    const page = await open(`<style>html { font-size: 40px }</style>${script()}
      <atrium-call room="tiny" user="Ana" publish="off" style="width: 300px; height: 200px"></atrium-call>`);
    const call = page.locator('atrium-call');
    await call.getByRole('heading', { name: 'tiny' }).waitFor();
    const frame = await call.boundingBox();
    const isWithin = async (part: Locator): Promise<void> => {
      const box = await part.boundingBox();
      if (!box || !frame) throw new Error(`${String(part)} is not there`);
      const { x, y, width, height } = box;
      expect([x >= frame.x, y >= frame.y], String(part)).to.deep.equal([true, true]);
      expect(x + width, String(part)).to.be.at.most(frame.x + frame.width);
      expect(y + height, String(part)).to.be.at.most(frame.y + frame.height);
      // WCAG 2.5.8
      expect(Math.min(width, height), String(part)).to.be.at.least(24);
    };
    const buttons = call.getByRole('toolbar').locator('button:visible');
    const names = await Promise.all((await buttons.all()).map((button) => button.getAttribute('aria-label')));
    expect(names).to.deep.equal(['Microphone', 'Camera', 'More', 'Leave']);
    for (const button of await buttons.all()) await isWithin(button);
    for (const panel of ['Chat', 'People: 1']) {
      await call.getByRole('button', { name: 'More', exact: true }).click();
      await isWithin(call.getByRole('menu'));
      for (const each of await call.getByRole('group', { name: 'React' }).getByRole('menuitem').all())
        await isWithin(each);
      await call.getByRole('menuitem', { name: panel }).click();
      await isWithin(call.locator('.panel'));
      await call.getByRole('button', { name: /^Close/ }).click();
    }
    await call.getByRole('button', { name: 'Copy invitation' }).click();
    await isWithin(call.getByRole('dialog'));
    await page.evaluate(`document.querySelector('atrium-call').style.setProperty('--atrium-size', '20px')`);
    const size = `getComputedStyle(document.querySelector('atrium-call')).fontSize`;
    expect(await page.evaluate(size), 'the page may want another one').to.equal('20px');
  });

  it('says why it cannot join, and tries again', async () => {
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { room: 'taken', user: 'Ana' });
    const page = await open(`${script()}<atrium-call room="taken" user="Ana"></atrium-call>`);
    const call = page.locator('atrium-call');
    await call.getByText('Somebody called “Ana” is in this room already.').waitFor();
    expect(await page.evaluate('told')).to.deep.equal(['name-taken']);
    await free(page, 0);
    const refusal = `document.querySelector('atrium-call').join().then(() => 'joined', ({ code }) => code)`;
    expect(await page.evaluate(refusal)).to.equal('name-taken');
    await page.evaluate(`document.querySelector('atrium-call').user = 'Bea'`);
    await call.getByRole('button', { name: 'Try again' }).click();
    await call.getByRole('heading', { name: 'taken' }).waitFor();
    await ana.close();
  });

  it('is what embed shows, which leaves its place as it was when it fails, and when the call is over', async () => {
    await Visitor.join(await newWindow(), server().url, 'Ana', 'embedded');
    const page = await open(`<div id="place"></div>`);
    const embed = (place: string, user: string): Promise<unknown> =>
      page.evaluate(`import('${server().url}client/atrium-client.js')
        .then(({ embed }) => embed(${place}, { room: 'embedded', user: '${user}' }))
        .then((call) => ((window.call = call), call.room.user), ({ code }) => code)`);
    const place = `document.querySelector('#place')`;
    expect(await embed('null', 'Bea')).to.equal('invalid-argument');
    expect(await embed(place, 'Ana')).to.equal('name-taken');
    expect(await page.evaluate(`${place}.children.length`)).to.equal(0);
    expect(await embed(place, 'Bea')).to.equal('Bea');
    await sees(page.locator('#place'), 'Ana');
    await page.evaluate(`call.on('closed', (reason) => (window.reason = reason)); call.leave()`);
    expect(await page.evaluate(`[${place}.children.length, reason]`)).to.deep.equal([0, 'left']);
    await free(page, 0);
  });
});
