import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { KurentoVisitor } from '../browser/kurento-visitor.js';
import { plays } from '../browser/plays.js';
import { useBrowser } from '../browser/shared-browser.js';
import { violations } from '../browser/violations.js';
import { patienceMs } from '../browser/visitor.js';
import { useServer } from '../support/server.js';
import { testKey, tokenWith } from '../support/tokens.js';
import { until } from '../support/until.js';
import { ExampleProcess } from './example.js';

const secret = 'OF-THE-EXAMPLE';

describe('the example of a page of OpenVidu 2', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({
    openvidu: { secret },
    auth: 'required',
    keys: testKey,
    kurentoRoom: { sessionGraceMs: 1_000 },
  });
  const newWindow = useBrowser();
  const running: ExampleProcess[] = [];
  const errors: string[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((example) => example.end()));
    expect(errors.splice(0)).to.deep.equal([]);
  });

  /** @returns the address of its page */
  async function serve(OPENVIDU_SECRET: string): Promise<string> {
    const env = { OPENVIDU_URL: server().url, OPENVIDU_SECRET, PORT: '0' };
    const example = new ExampleProcess(env, 'openvidu/back-end.mjs');
    running.push(example);
    await until('the page is served', () => example.told.includes('\n'));
    return /http:\S+/.exec(example.told)?.[0] ?? '';
  }

  async function join(address: string, user: string): Promise<Page> {
    const page = await (await newWindow()).newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`${address}?room=garden`);
    await page.getByLabel('Your name').fill(user);
    await page.getByRole('button', { name: 'Join' }).click();
    return page;
  }

  const pictureOf = (page: Page, name: string) => page.locator('figure', { hasText: name }).locator('video');

  it('shows a call of people of this protocol and of another, with chat', async () => {
    const address = await serve(secret);
    const ana = await join(address, 'Ana');
    await plays(pictureOf(ana, 'Ana (you)'));
    const ben = await join(address, 'Ben');
    await Promise.all([plays(pictureOf(ana, 'Ben')), plays(pictureOf(ben, 'Ana'))]);
    expect(await violations(ana)).to.deep.equal([]);

    await ben.getByLabel('Message to everybody').fill('Hello');
    await ben.getByRole('button', { name: 'Send' }).click();
    for (const page of [ana, ben]) await page.getByText('Ben Hello').waitFor();
    const token = tokenWith({ sub: 'Kay', video: { roomJoin: true, room: 'garden' } });
    const other = await (await newWindow()).newPage();
    const kay = await KurentoVisitor.join(other, server().url, 'Kay', 'garden', { publishes: true, token });
    await Promise.all([plays(pictureOf(ana, 'Kay')), kay.plays('Ana'), kay.plays('Ben')]);
    await kay.say('Hello from another protocol');
    await ana.getByText('Kay Hello from another protocol').waitFor();
    await other.close();
    await ana.getByText('Kay left.').waitFor();

    await ben.getByRole('button', { name: 'Leave' }).click();
    await ben.getByRole('button', { name: 'Join' }).waitFor();
    await ana.getByText('Ben left.').waitFor();
    expect(await ana.locator('figure').count()).to.equal(1);
  });

  it('says that the secret is not that of the server', async () => {
    const page = await join(await serve('ANOTHER'), 'Ana');
    await page.getByText('there is no token').waitFor();
  });
});
