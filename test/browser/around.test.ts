import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
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
    await stranger.close();
  });
});
