import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { violations } from './violations.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, Visitor } from './visitor.js';

/** A phone, a tablet, a phone on its side, and three desktops. */
const sizes = [
  [390, 844],
  [768, 1024],
  [844, 390],
  [1024, 768],
  [1280, 800],
  [1920, 1080],
] as const;

const longest = 'W'.repeat(256);

/** The texts and buttons that run out of the window sideways, and whether the page scrolls sideways. */
const runsOut = `(() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  const out = [...document.querySelectorAll('#app *')].filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 0 && !element.closest('video') && (left < -1 || right > clientWidth + 1);
  });
  return [...(scrollWidth > clientWidth ? ['the page'] : []), ...out.map(({ tagName, className }) => tagName + '.' + className)];
})()`;

async function fits(page: Page, what: string): Promise<void> {
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    expect(await page.evaluate(runsOut), `${what}, ${width} × ${height}`).to.deep.equal([]);
  }
}

describe('the pages around the call', function () {
  this.timeout(4 * patienceMs);
  const server = useServer();
  const newWindow = useBrowser();

  it('are as wide as the window, however long the names of rooms and people are, and Join is in reach', async () => {
    const stranger = await RpcClient.connect(server().url);
    await stranger.request('joinRoom', { room: longest, user: longest });
    const ana = await Visitor.open(await newWindow(), server().url, 'W'.repeat(40));
    await ana.page.getByRole('button', { name: longest }).waitFor();
    await fits(ana.page, 'the join page');
    for (const [width, height] of sizes) {
      await ana.page.setViewportSize({ width, height });
      const box = await ana.page.getByRole('button', { name: 'Join', exact: true }).boundingBox();
      const [x = 0, y = 0] = [box?.x, box?.y];
      expect([x >= 0, x + (box?.width ?? 0) <= width], `Join at ${width}`).to.deep.equal([true, true]);
      expect(y + (box?.height ?? height), `Join at ${width} × ${height}`).to.be.at.most(height);
    }
    await stranger.request('leaveRoom');
    await stranger.close();
  });

  it('have the camera off after the call, one click back into it, and one into a new room', async () => {
    const window = await newWindow();
    await window.addInitScript(`{
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      window.tracks = [];
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await open(wanted);
        window.tracks.push(...stream.getTracks());
        return stream;
      };
    }`);
    const isOn = `window.tracks.some(({ readyState }) => readyState === 'live')`;
    const ana = await Visitor.join(window, server().url, 'Ana', 'garden');
    await ana.page.getByRole('button', { name: 'Leave' }).click();
    await ana.page.getByRole('heading', { name: 'You left garden.' }).waitFor();
    expect(await ana.page.evaluate('document.activeElement.textContent')).to.equal('You left garden.');
    expect(await ana.page.evaluate(isOn), 'devices').to.equal(false);
    await fits(ana.page, 'the page after the call');
    expect(await violations(ana.page)).to.deep.equal([]);
    await ana.page.getByRole('button', { name: 'Rejoin' }).click();
    await ana.seesTiles('Ana');
    await until('a device is on', () => ana.page.evaluate<boolean>(isOn));
    await ana.leave();
    await ana.page.getByRole('button', { name: 'New room' }).click();
    expect(await ana.page.getByLabel('Room', { exact: true }).inputValue()).to.match(/^[a-z]+-[a-z]+-[2-9a-z]{6}$/);
    expect(ana.page.url()).to.equal(server().url);
    await until('a device is on', () => ana.page.evaluate<boolean>(isOn));
  });

  it('let somebody join from a second tab in two clicks, under a name of its own', async () => {
    const window = await newWindow();
    const ana = await Visitor.join(window, server().url, 'Ana', 'tabs');
    const second = await Visitor.open(window, server().url, 'Ana');
    expect(await second.page.getByLabel('Room', { exact: true }).inputValue()).to.equal('tabs');
    await second.page.getByRole('button', { name: 'Join', exact: true }).click();
    await second.page.getByRole('button', { name: 'Join as Ana 2' }).click();
    await ana.seesTiles('Ana', 'Ana 2');
    await second.seesTiles('Ana', 'Ana 2');
    expect(await second.page.evaluate('JSON.parse(localStorage["atrium.join"]).name')).to.equal('Ana');
  });

  it('ask somebody with a link for the name alone, and say how many are there', async () => {
    const stranger = await RpcClient.connect(server().url);
    await stranger.request('joinRoom', { room: longest, user: longest });
    const berta = await Visitor.open(await newWindow(), `${server().url}r/${longest}`, 'Berta');
    await berta.page.getByRole('heading', { name: `Join ${longest}` }).waitFor();
    await berta.page.getByText('1 person is there.').waitFor();
    expect(await berta.page.getByLabel('Room', { exact: true }).count()).to.equal(0);
    await fits(berta.page, 'the page of a link');
    expect(await violations(berta.page)).to.deep.equal([]);
    await stranger.request('leaveRoom');
    await stranger.close();
    await berta.page.getByText('Nobody is there yet.').waitFor();
    await berta.page.getByRole('link', { name: 'Another room' }).click();
    await berta.page.getByRole('heading', { name: 'Join a room' }).waitFor();
  });

  it('say what to click where the browser gives no camera, and take it when it does', async () => {
    const window = await newWindow({ permissions: [] });
    await window.addInitScript(`{
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      const refused = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));
      navigator.mediaDevices.getUserMedia = (wanted) => (window.allowed ? open(wanted) : refused());
      navigator.permissions.query = () => Promise.resolve({ state: 'denied' });
    }`);
    const { page } = await Visitor.open(window, server().url, 'Ana');
    await page.getByText('Click the icon to the left of the address').waitFor();
    await fits(page, 'a refused camera');
    expect(await violations(page)).to.deep.equal([]);
    await page.evaluate('window.allowed = true');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Click the icon to the left of the address').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Microphone', exact: true, pressed: true }).waitFor();
  });

  it('show no list of rooms where others than this machine could see it', async () => {
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { room: 'garden', user: 'Ana' });
    const { page } = await Visitor.open(await newWindow(), server().url, 'Berta');
    await page.getByText('In use now').waitFor();
    const asked: string[] = [];
    await page.route('http://rooms.example/**', async (route) => {
      const { pathname } = new URL(route.request().url());
      asked.push(pathname);
      await route.fulfill({ response: await route.fetch({ url: new URL(pathname, server().url).href, headers: {} }) });
    });
    await page.goto('http://rooms.example/');
    await page.getByLabel('Your name').fill('Berta');
    await page.getByRole('heading', { name: 'Join a room' }).waitFor();
    expect(await page.getByText('In use now').count()).to.equal(0);
    expect(asked).to.not.include('/api/v1/rooms');
    await ana.close();
  });
});
