import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { roles } from '../../rooms/index.js';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { Proxy } from './session-proxy.js';
import { useBrowser } from './shared-browser.js';
import { violations } from './violations.js';
import { patienceMs, Visitor } from './visitor.js';

const longName = `Wilhelmine ${'von und zu '.repeat(18)}Hohenstein`;
const moderator = { administrator: 'backend', bearer: { grantsIn: () => roles.MODERATOR } };
const phone = { viewport: { width: 390, height: 844 } };

/** Of `element`, the first of the call that fits the selector. */
function valueOf(page: Page, selector: string, expression: string): Promise<unknown> {
  const call = "document.querySelector('atrium-call').shadowRoot";
  return page.evaluate(`((element) => ${expression})(${call}.querySelector('${selector}'))`);
}

describe('the chat on a phone', function () {
  this.timeout(4 * patienceMs);
  // So short a grace that a client that was cut off is forgotten soon.
  const server = useServer({ kurentoRoom: { sessionGraceMs: 300 } });
  const newWindow = useBrowser({ isWhole: true });
  let proxy: Proxy;

  beforeEach(async () => {
    proxy = await Proxy.to(Number(new URL(server().url).port));
  });
  afterEach(() => {
    proxy.close();
  });

  /** Joins with the protocol alone. @returns says a text */
  async function speaker(user: string, room: string): Promise<(message: string) => Promise<unknown>> {
    const client = await RpcClient.connect(server().url);
    await client.request('joinRoom', { user, room });
    return (message) => client.request('sendMessage', { message, userMessage: user, roomMessage: room });
  }

  const join = async (room: string): Promise<Visitor> =>
    Visitor.join(await newWindow(phone), `http://127.0.0.1:${String(proxy.port)}/`, 'Ana', room);

  it('shows what was said before, with links, lines, directions and long names, and lets one read back', async () => {
    const berta = await speaker('Berta', 'talk');
    await (
      await speaker(longName, 'talk')
    )('one\ntwo');
    await berta('See https://a.example/b_(c). Or javascript:alert(1)');
    await berta('שלום!');
    const ana = await join('talk');
    const { page } = ana;
    await berta('Hello\nsecond line');
    await page.getByText('Berta: Hello', { exact: true }).waitFor();
    await ana.openChat(1);
    await page.getByText('Berta: Hello', { exact: true }).waitFor({ state: 'detached' });

    const log = page.getByRole('log');
    const texts = log.locator('.message-text');
    expect(await texts.allInnerTexts()).to.deep.equal([
      'one\ntwo',
      'See https://a.example/b_(c). Or javascript:alert(1)',
      'שלום!',
      'Hello\nsecond line',
    ]);
    const link = log.getByRole('link');
    expect(await link.count()).to.equal(1);
    const attributes = ['href', 'target', 'rel'].map((name) => link.getAttribute(name));
    expect(await Promise.all(attributes)).to.deep.equal([
      'https://a.example/b_(c)',
      '_blank',
      'noopener noreferrer nofollow',
    ]);
    const direction = '(each) => getComputedStyle(each).direction';
    const directions = valueOf(
      page,
      '.messages',
      `Array.from(element.querySelectorAll('.message-text'), ${direction})`,
    );
    expect(await directions).to.deep.equal(['ltr', 'ltr', 'rtl', 'ltr']);
    const sender = log.locator('.message-from').first();
    expect(await sender.getAttribute('title')).to.equal(longName);
    expect(await valueOf(page, '.messages', 'element.scrollWidth - element.clientWidth')).to.equal(0);
    const [time, frame] = [await log.locator('time').first().boundingBox(), await log.boundingBox()];
    expect((time?.x ?? 0) + (time?.width ?? 0), 'the time is not pushed away').to.be.lessThan(
      (frame?.x ?? 0) + (frame?.width ?? 0),
    );

    const field = page.getByLabel('Message to everybody');
    const heightOf = async (): Promise<number> => Math.round((await field.boundingBox())?.height ?? 0);
    const low = await heightOf();
    await field.fill('a');
    await field.press('Shift+Enter');
    await field.pressSequentially('b');
    expect(await heightOf()).to.be.greaterThan(low);
    await field.press('Enter');
    await texts.getByText('a\nb').waitFor();
    expect(await heightOf()).to.equal(low);
    await field.fill('line\n'.repeat(5).trim());
    const five = await heightOf();
    await field.fill('line\n'.repeat(30));
    expect(await heightOf(), 'it grows to five lines').to.equal(five);
    await field.fill('');

    for (let count = 0; count < 15; count++) await berta(`Message ${String(count)}`);
    await texts.getByText('Message 14').waitFor();
    const toEnd = async (): Promise<number> =>
      Number(await valueOf(page, '.messages', 'element.scrollHeight - element.scrollTop - element.clientHeight'));
    expect(await toEnd(), 'it follows what is new').to.be.lessThan(2);
    await valueOf(page, '.messages', '(element.scrollTop = 0)');
    await valueOf(
      page,
      '.messages',
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
    );
    await berta('new 1');
    await berta('new 2');
    const more = page.getByRole('button', { name: '2 new messages' });
    await more.waitFor();
    expect(await valueOf(page, '.messages', 'element.scrollTop')).to.equal(0);
    await page.setViewportSize({ width: 390, height: 700 });
    expect(await valueOf(page, '.messages', 'element.scrollTop'), 'a window that changes does not either').to.equal(0);
    await more.click();
    await more.waitFor({ state: 'detached' });
    expect(await toEnd()).to.be.lessThan(2);
    await page.setViewportSize({ width: 844, height: 390 });
    await until('it stays at its end when the phone is turned', async () => (await toEnd()) < 2);
    expect(ana.errors).to.deep.equal([]);
  });

  it('keeps what is written offline, and has all of it after a reload', async () => {
    const berta = await speaker('Berta', 'train');
    const ana = await join('train');
    const { page } = ana;
    await ana.say('Hello');
    const log = page.getByRole('log');
    await log.locator('.message-text').getByText('Hello').waitFor();
    proxy.cut();
    const banner = page.locator('.banner');
    await banner.waitFor();
    const box = await banner.boundingBox();
    if (!box) throw new Error('the banner is not shown');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const isOnTop = valueOf(page, '.banner', `element.contains(element.getRootNode().elementFromPoint(${x}, ${y}))`);
    expect(await isOnTop, 'the panel does not cover the banner').to.equal(true);
    await ana.say('From the train');
    await log.getByText('Sending …').waitFor();
    expect(await log.locator('.message.unsent').innerText()).to.contain('From the train');
    await until('the server has forgotten Ana', () => server().rooms.find('train')?.size === 1, patienceMs);
    proxy.mend();
    await log.getByText('Not sent').waitFor();
    expect(await violations(page)).to.deep.equal([]);
    await berta('Welcome back');
    await log.getByText('Welcome back').waitFor();
    await log.getByRole('button', { name: 'Try again' }).click();
    const texts = log.locator('.message:not(.unsent) .message-text');
    await texts.nth(2).waitFor();
    const expected = ['Hello', 'Welcome back', 'From the train'];
    expect(await texts.allInnerTexts()).to.deep.equal(expected);
    expect(await log.locator('.unsent').count()).to.equal(0);

    await page.reload();
    await ana.page.getByRole('heading', { name: 'train', exact: true }).waitFor();
    await ana.openChat();
    await texts.nth(2).waitFor();
    expect(await texts.allInnerTexts()).to.deep.equal(expected);
    expect(await log.getByText('You', { exact: true }).count(), 'ours are known as ours').to.equal(2);

    const room = server().rooms.find('train');
    const present = room?.findByName('Ana');
    if (!room || !present) throw new Error('Ana is not back');
    room.moderatedBy(moderator).setGrants(present, { canPublishData: false });
    await page.getByText('You can read the chat here, but not write.').waitFor();
    expect(await page.getByLabel('Message to everybody').count()).to.equal(0);
    expect(await violations(page)).to.deep.equal([]);
    expect(ana.errors).to.deep.equal([]);
  });
});
