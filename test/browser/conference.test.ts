import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { ServerProcess } from '../support/server-process.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { KurentoVisitor } from './kurento-visitor.js';
import { Proxy } from './session-proxy.js';
import { patienceMs, seeEachOther, Visitor } from './visitor.js';

/** How long the network is cut; the server keeps sessions for 10 s. */
const cutMs = 5_000;

describe('a conference in the demo', function () {
  this.timeout(6 * patienceMs);
  const server = useServer();
  const newWindow = useBrowser();

  const enter = async (name: string, room: string, url = server().url) =>
    Visitor.join(await newWindow(), url, name, room);

  /** How loud a person is for a visitor: 0 to 1. */
  const loudness = async (visitor: Visitor, of: string): Promise<number> =>
    Number(
      await visitor.page.evaluate(
        `window.atrium.inspect().then(({ received }) =>
           received.find(({ participant }) => participant === ${JSON.stringify(of)})?.statistics?.received.audioLevel ?? 0)`,
      ),
    );

  it('of three: everybody sees everybody, a muted person is not heard, the chat is in order, and a reloaded tab is back', async () => {
    const names = ['Ana', 'Berta', 'Clara'];
    const visitors = await Promise.all(names.map((name) => enter(name, 'three')));
    for (const visitor of visitors) await visitor.seesTiles(...names);
    await seeEachOther(...visitors);
    const [ana, berta, clara] = visitors as [Visitor, Visitor, Visitor];
    await until('Ana is heard', async () => (await loudness(berta, 'Ana')) > 0.05, patienceMs);
    await berta.page.locator('.tile.speaking[data-participant="Ana"]').waitFor();
    await ana.page.keyboard.press('m');
    await ana.page.getByRole('button', { name: 'Microphone', exact: true, pressed: false }).waitFor();
    await until('Ana is silent', async () => (await loudness(berta, 'Ana')) < 0.001, patienceMs);
    await berta.page.locator('.tile:not(.speaking)[data-participant="Ana"]').waitFor();
    const said = Array.from({ length: 6 }, (_value, turn) => `message ${turn}`);
    await clara.page.getByRole('button', { name: /^Chat/ }).click();
    for (const [turn, text] of said.entries()) {
      await (visitors[turn % visitors.length] ?? ana).say(text);
      // The next person answers the text that was read.
      await clara.page.locator('.message-text').nth(turn).waitFor();
    }
    for (const { page, errors } of visitors) {
      if (!(await page.getByLabel('Messages').isVisible())) await page.getByRole('button', { name: /^Chat/ }).click();
      await page.locator('.message-text').nth(5).waitFor();
      expect(await page.locator('.message-text').allTextContents()).to.deep.equal(said);
      expect(errors).to.deep.equal([]);
    }

    await clara.leave();
    await ana.page.getByRole('button', { name: 'Microphone', exact: true, pressed: false }).click();
    const at = Date.now();
    await ana.page.reload();
    await ana.page.getByRole('heading', { name: 'three', exact: true }).waitFor();
    await ana.receives('Berta');
    process.stdout.write(`      back in the call, with picture, after ${Date.now() - at} ms (aim: 3000)\n`);
    await berta.receives('Ana');
    await berta.seesTiles('Ana', 'Berta');
  });

  it('shows a shared screen beside the camera, and a client of 2016 one of them, the camera first', async () => {
    const [ana, berta] = await Promise.all([enter('Ana', 'screen'), enter('Berta', 'screen')]);
    await berta.receives('Ana');
    const old = await KurentoVisitor.join(await (await newWindow()).newPage(), server().url, 'Old', 'screen');
    await old.plays('Ana');
    const told = await old.told();
    await ana.page.getByRole('button', { name: 'Share your screen' }).click();
    await berta.page.getByText('Ana is presenting.').waitFor();
    const screen = berta.page.locator('.tile[data-screen-of="Ana"] video');
    const width = (video: unknown): unknown => (video as { readonly videoWidth: unknown }).videoWidth;
    await until('the screen is seen', async () => Number(await screen.evaluate(width)) > 0, patienceMs);
    await berta.page.locator('.tile.main[data-screen-of="Ana"]').waitFor();
    await berta.page.locator('.tile.strip[data-participant="Ana"]').waitFor();
    const fit = `getComputedStyle(document.querySelector('atrium-call').shadowRoot.querySelector('[data-screen-of] video')).objectFit`;
    expect(await berta.page.evaluate(fit), 'uncropped').to.equal('contain');
    await berta.receives('Ana');
    await old.plays('Ana');
    expect(await old.told(), 'of the screen').to.deep.equal(told);
    await ana.page.evaluate('window.atrium.room.localPublication.close()');
    await until('the old page sees the screen', async () => (await old.told()).length > told.length, patienceMs);
    await old.plays('Ana');
    expect((await old.told()).slice(told.length)).to.deep.equal(['stream-removed Ana', 'stream-added Ana']);
    await ana.page.getByRole('button', { name: 'Stop presenting' }).click();
    await screen.waitFor({ state: 'detached' });
    await until('it is gone there too', async () => (await old.told()).at(-1) === 'stream-removed Ana', patienceMs);
    for (const { errors } of [ana, berta]) expect(errors).to.deep.equal([]);
  });

  it('goes on while the network is gone for five seconds: media never stops, and nobody leaves', async () => {
    const proxy = await Proxy.to(Number(new URL(server().url).port));
    try {
      const ana = await enter('Ana', 'cut', `http://127.0.0.1:${proxy.port}/`);
      const berta = await enter('Berta', 'cut');
      await seeEachOther(ana, berta);
      const left = `window.left = 0; window.atrium.room.on('participantLeft', () => (window.left += 1));
        window.restarted = 0; window.atrium.room.participants.forEach((each) => each.on('published', () => (window.restarted += 1)))`;
      for (const { page } of [ana, berta]) await page.evaluate(left);
      proxy.cut();
      await ana.page.getByText('The connection to the server is lost. Reconnecting …').waitFor();
      const until = Date.now() + cutMs;
      while (Date.now() < until) {
        // Pictures and sound keep coming in both directions, all the while.
        await seeEachOther(ana, berta);
      }
      await berta.say('Are you still there?');
      proxy.mend();
      await ana.page.getByText('The connection to the server is lost. Reconnecting …').waitFor({ state: 'detached' });
      await ana.page.getByRole('button', { name: 'Chat: 1 unread' }).waitFor();
      for (const { page } of [ana, berta]) {
        expect(await page.evaluate('[window.left, window.restarted]')).to.deep.equal([0, 0]);
      }
      await ana.say('I am.');
      await berta.page.locator('.message-text', { hasText: 'I am.' }).waitFor();
    } finally {
      proxy.close();
    }
  });
});

describe('a conference whose server is restarted', function () {
  this.timeout(8 * patienceMs);
  const newWindow = useBrowser();

  /** Two people that see each other in a room of that server. */
  async function call(url: string): Promise<[Visitor, Visitor]> {
    const join = async (name: string) => Visitor.join(await newWindow(), url, name, 'restart');
    const everybody = await Promise.all([join('Ana'), join('Berta')]);
    await seeEachOther(...everybody);
    for (const { page } of everybody) {
      await page.evaluate(`{
        const { room } = window.atrium;
        window.anew = [];
        room.on('reconnected', (resumed) => (window.resumed = resumed));
        room.on('participantLeft', ({ id }) => window.anew.push(id));
        for (const { publications } of room.participants.values())
          for (const each of publications.values()) each.on('state', (state) => window.anew.push(state));
      }`);
    }
    return everybody;
  }

  async function reconnected(visitors: readonly Visitor[], isResumed: boolean): Promise<void> {
    for (const { page } of visitors)
      await until('it is back', () => page.evaluate(`window.resumed === ${String(isResumed)}`), patienceMs);
    for (const visitor of visitors) await visitor.seesTiles(...visitors.map(({ name }) => name));
    await seeEachOther(...visitors);
    for (const { errors } of visitors) expect(errors).to.deep.equal([]);
  }

  it('after a crash reconnects by itself: everybody is in the room again and video plays without a click', async () => {
    let server = await ServerProcess.start();
    try {
      const visitors = await call(server.url);
      await server.end('SIGKILL');
      await visitors[0].page.getByText('The connection to the server is lost. Reconnecting …').waitFor();
      server = await ServerProcess.start(server.port);
      await reconnected(visitors, false);
    } finally {
      await server.end('SIGTERM');
    }
  });

  it('with STATE_FILE a call goes on: sound and picture never stop, nobody leaves, and what was said arrives', async () => {
    const engine = await EmbeddedEngine.start();
    const folder = await mkdtemp(join(tmpdir(), 'atrium-'));
    const env = { KMS_URIS: engine.url, STATE_FILE: join(folder, 'state') };
    let server = await ServerProcess.start(0, env);
    try {
      const visitors = await call(server.url);
      const [ana, berta] = visitors;
      await server.end('SIGTERM');
      await ana.page.getByText('The connection to the server is lost. Reconnecting …').waitFor();
      await seeEachOther(...visitors);
      await berta.say('Is anybody there?');
      server = await ServerProcess.start(server.port, env);
      await reconnected(visitors, true);
      await ana.page.getByRole('button', { name: 'Chat: 1 unread' }).waitFor();
      for (const { page } of visitors) expect(await page.evaluate('window.anew')).to.deep.equal([]);
      // The publications of the former process have subscribers of this one.
      await (await Visitor.join(await newWindow(), server.url, 'Dora', 'restart')).receives('Ana', 'Berta');
      await ana.receives('Dora');
    } finally {
      await server.end('SIGTERM');
      await engine.stop();
      await rm(folder, { recursive: true });
    }
  });
});
