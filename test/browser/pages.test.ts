import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { FrameLocator, Page } from 'playwright-core';
import { codeIn } from '../support/markdown.js';
import { givenMediaServers } from '../support/media-server.js';
import { RpcClient } from '../support/rpc-client.js';
import { startTestServer, useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { plays, videoOf } from './plays.js';
import { useBrowser } from './shared-browser.js';
import { useSite } from './site.js';
import { violations } from './violations.js';
import { patienceMs, Visitor } from './visitor.js';

const listen = 'Join to listen, without camera and microphone';

/** Pages that were written for other servers or by other people. */
describe('pages that are not the demo', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({ kurentoRoom: { sessionGraceMs: 1_000 } });
  const newWindow = useBrowser();
  const site = useSite();

  async function open(path: string): Promise<{ page: Page; errors: string[] }> {
    const page = await (await newWindow()).newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(site.at(path));
    return { page, errors };
  }

  it('have a call with the lines of the README', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const [, html = ''] = /```html\n([\s\S]*?)```/.exec(readme) ?? [];
    expect(html.trim().split('\n').length, 'lines').to.be.at.most(5);
    const mine = html.replaceAll('https://conference.example/', server().url);
    site.pages = { '/ana': mine, '/berta': mine.replace('Ana', 'Berta') };
    const ana = await open('/ana');
    const berta = await open('/berta');
    for (const [page, other] of [
      [ana.page, 'Berta'],
      [berta.page, 'Ana'],
    ] as const) {
      await plays(videoOf(page, other));
      await page.getByRole('toolbar').getByRole('button', { name: 'Leave' }).waitFor();
    }
    expect([...ana.errors, ...berta.errors]).to.deep.equal([]);
    await berta.page.close();
    await until('Berta is gone', async () => (await ana.page.locator('.tile').count()) === 1, patienceMs);
  });

  it('written for the Kurento Room browser library run with one script changed', async () => {
    const page = (user: string): string => `<!doctype html><div id="participants"></div>
      <script src="${server().url}client/KurentoRoom.js"></script>
      <script>
        window.told = [];
        const note = (text) => window.told.push(text);
        window.kurento = KurentoRoom('${server().url.replace('http', 'ws')}room', function (error, kurento) {
          if (error) return note('error ' + error);
          kurento.setRpcParams({ token: 'mine' });
          window.room = kurento.Room({ room: 'old', user: '${user}', updateSpeakerInterval: 500, thresholdSpeaker: -60 });
          window.local = kurento.Stream(room, { audio: true, video: true, data: true });
          local.addEventListener('access-accepted', function () {
            room.addEventListener('room-connected', function (event) {
              note('connected ' + event.participants.map((each) => each.getID()) + ' ' + event.streams.map((each) => each.getGlobalID()));
              local.publish();
              local.playThumbnail('participants');
              for (const stream of event.streams) stream.playThumbnail('participants');
            });
            room.addEventListener('stream-published', (event) => note('stream-published ' + event.stream.getGlobalID()));
            room.addEventListener('stream-subscribed', (event) => note('stream-subscribed ' + event.stream.getGlobalID()));
            room.addEventListener('participant-joined', (event) => note('participant-joined ' + event.participant.getID()));
            room.addEventListener('participant-published', (event) => note('participant-published ' + event.participant.getID()));
            room.addEventListener('participant-left', (event) => note('participant-left ' + event.participant.getID()));
            room.addEventListener('stream-removed', (event) => note('stream-removed ' + event.stream.getGlobalID()));
            room.addEventListener('stream-added', (event) => event.stream.playThumbnail('participants'));
            room.addEventListener('newMessage', (event) => note(event.user + ' in ' + event.room + ': ' + event.message));
            room.addEventListener('stream-speaking', (event) => note('speaking ' + event.participantId));
            room.addEventListener('update-main-speaker', (event) => note('main ' + event.participantId));
            room.addEventListener('error-room', (event) => note('error-room ' + event.error));
            room.connect();
          });
          local.init();
        });
      </script>`;
    site.pages = { '/ana': page('Ana'), '/berta': page('Berta'), '/again': page('Ana') };
    const ana = await open('/ana');
    const told = (of: Page): Promise<string[]> => of.evaluate('window.told');
    const hears = (of: Page, line: string): Promise<void> =>
      until(`the page is told: ${line}`, async () => (await told(of)).includes(line), patienceMs);
    await hears(ana.page, 'stream-published Ana_webcam');
    const berta = await open('/berta');
    await hears(berta.page, 'connected Ana Ana_webcam');
    await hears(berta.page, 'stream-subscribed Ana_webcam');
    await plays(berta.page.locator('#Ana_webcam video#native-video-Ana_webcam'));
    for (const line of ['participant-joined Berta', 'participant-published Berta', 'stream-subscribed Berta_webcam']) {
      await hears(ana.page, line);
    }
    await plays(ana.page.locator('#Berta_webcam video'));
    expect(await ana.page.locator('#name-Berta_webcam').textContent()).to.equal('Berta');
    await hears(ana.page, 'speaking Berta_webcam');
    await until(
      'somebody is the main speaker',
      async () => (await told(ana.page)).some((line) => line.startsWith('main ')),
      patienceMs,
    );
    await berta.page.evaluate(`kurento.sendMessage('old', 'Berta', 'hello')`);
    for (const { page: each } of [ana, berta]) await hears(each, 'Berta in old: hello');
    const answer = await ana.page.evaluate(
      `new Promise((resolve) => kurento.sendCustomRequest({ hat: true }, (error, response) => resolve(error && error.name)))`,
    );
    if (givenMediaServers.length === 0) {
      expect(answer, 'the embedded engine has no hats').to.equal('ClientError');
    }
    await until('the data channel opens', () => ana.page.evaluate('local.isDataChannelOpened()'), patienceMs);
    await ana.page.evaluate(`local.sendData('to whom it may concern')`);

    const again = await open('/again');
    await until(
      'the name is taken',
      async () => (await told(again.page)).some((line) => line.startsWith('error-room ')),
      patienceMs,
    );

    await berta.page.evaluate('kurento.close()');
    await hears(ana.page, 'participant-left Berta');
    await hears(ana.page, 'stream-removed Berta_webcam');
    expect(await ana.page.locator('#Berta_webcam').count()).to.equal(0);
    expect([...ana.errors, ...berta.errors, ...again.errors]).to.deep.equal([]);
  });
});

describe('the demo in a frame of another site', function () {
  this.timeout(4 * patienceMs);
  const closed = useServer();
  const open = useServer({ frameAncestors: ['http://127.0.0.1:*'] });
  const newWindow = useBrowser();
  const site = useSite();
  afterEach(() => {
    site.policy = '';
  });

  /** The frame and the policy of docs/embedding.md, around the page at that address. */
  const show = async (url: string): Promise<{ page: Page; told: string[] }> => {
    const [frame = ''] = codeIn('docs/embedding.md', 'html');
    const [policy = ''] = codeIn('docs/embedding.md', 'text');
    const { origin } = new URL(url);
    site.pages = {
      '/': frame
        .replace('https://conference.example/r/garden', url)
        .replace('<iframe', '<iframe width="800" height="600"'),
    };
    site.policy = policy.replace('Content-Security-Policy: ', '').replace('https://conference.example', origin).trim();
    const page = await (await newWindow()).newPage();
    page.setDefaultTimeout(patienceMs);
    const told: string[] = [];
    page.on('console', (message) => told.push(message.text()));
    await page.goto(site.at('/'));
    return { page, told };
  };

  it('is not shown unless the server names the site', async () => {
    const { page, told } = await show(closed().url);
    await until('the browser says why', () => told.some((text) => text.includes('frame-ancestors')), patienceMs);
    expect(await page.frameLocator('iframe').getByLabel('Your name').count()).to.equal(0);
  });

  const isAllowed = (frame: FrameLocator, feature: string): Promise<unknown> =>
    frame.locator('html').evaluate(`document.featurePolicy.allowsFeature('${feature}')`);

  it('has a call with camera and microphone where the server names the site', async () => {
    const { page, told } = await show(`${open().url}r/framed`);
    const frame = page.frameLocator('iframe');
    const features = (await page.locator('iframe').getAttribute('allow'))?.split('; ') ?? [];
    expect(features).to.include.members(['camera', 'microphone', 'display-capture', 'autoplay', 'fullscreen']);
    for (const feature of features) expect(await isAllowed(frame, feature), feature).to.equal(true);
    await frame.getByLabel('Your name').fill('Ana');
    await frame.getByRole('button', { name: 'Join', exact: true }).click();
    const berta = await Visitor.join(await newWindow(), open().url, 'Berta', 'framed');
    await berta.receives('Ana');
    expect([...told.filter((text) => text.includes('Policy')), ...berta.errors]).to.deep.equal([]);
  });
});

describe('the demo, for everybody', function () {
  this.timeout(4 * patienceMs);
  const server = useServer();
  const newWindow = useBrowser();

  it('has no violations of axe-core, in light and dark mode', async () => {
    const window = await newWindow();
    const first = await Visitor.open(window, `${server().url}?room=open to all`, 'Ana');
    await first.page.getByRole('combobox', { name: 'Microphone', exact: true }).waitFor();
    expect(await violations(first.page), 'before the call').to.deep.equal([]);
    await first.page.close();
    const [ana, berta] = await Promise.all([
      Visitor.join(window, server().url, 'Ana', 'open to all'),
      Visitor.join(await newWindow(), server().url, 'Berta', 'open to all'),
    ]);
    await ana.receives('Berta');
    await berta.say('Hello');
    for (const [button, item] of [[/^Chat/], [/^People/], [/^More$/, 'Statistics']] as const) {
      await ana.page.getByRole('button', { name: button }).click();
      if (item) await ana.page.getByRole('menuitem', { name: item, exact: true }).click();
      await ana.page.locator('.panel').waitFor();
      expect(await violations(ana.page), item ?? String(button)).to.deep.equal([]);
    }
    await ana.page.keyboard.press('Escape');
    await ana.page.locator('.panel').waitFor({ state: 'detached' });
  });

  it('lists the rooms in use, and lets the user choose one', async () => {
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { room: 'garden', user: 'Ana' });
    const berta = await Visitor.open(await newWindow(), server().url, 'Berta');
    await berta.page.getByRole('button', { name: 'garden 1 person' }).click();
    await berta.page.getByRole('button', { name: listen, exact: true }).click();
    await berta.seesTiles('Ana', 'Berta');
    await ana.close();
  });

  it('does without the list of rooms where the server tells nobody, and asks once', async () => {
    const quiet = await startTestServer({ roomList: 'off' });
    try {
      const ana = await RpcClient.connect(quiet.url);
      await ana.request('joinRoom', { room: 'garden', user: 'Ana' });
      const page = await (await newWindow()).newPage();
      await page.clock.install();
      const asked: number[] = [];
      page.on('response', (response) => {
        if (response.url().endsWith('/api/v1/rooms')) asked.push(response.status());
      });
      await page.goto(quiet.url);
      await page.getByLabel('Your name').waitFor();
      await until('it has asked', () => asked.length > 0, patienceMs);
      await page.clock.runFor(60_000);
      await page.evaluate('fetch("icon.svg").then(() => undefined)');
      expect(asked).to.deep.equal([403]);
      expect(await page.getByText('In use now').count()).to.equal(0);
      await ana.close();
    } finally {
      await quiet.stop();
    }
  });
});

describe('the demo, at the next visit', function () {
  this.timeout(4 * patienceMs);
  const server = useServer();
  // In the headless shell a device has another id after a reload.
  const newWindow = useBrowser({ isWhole: true });

  it('uses the chosen microphone, and remembers it', async () => {
    const window = await newWindow();
    const ana = await Visitor.open(window, `${server().url}?room=devices`, 'Ana');
    const microphone = ana.page.getByRole('combobox', { name: 'Microphone', exact: true });
    const second = (await microphone.locator('option').nth(1).getAttribute('value')) ?? '';
    await microphone.selectOption(second);
    await until(
      'it is in use',
      async () => (await ana.page.evaluate('JSON.parse(localStorage["atrium.join"]).microphone')) === second,
      patienceMs,
    );
    await ana.page.reload();
    await ana.page.getByRole('combobox', { name: 'Microphone', exact: true }).waitFor();
    await until(
      'it is in use again',
      async () => (await ana.page.getByRole('combobox', { name: 'Microphone', exact: true }).inputValue()) === second,
      patienceMs,
    );
  });
});
