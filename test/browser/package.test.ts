import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Locator, Page } from 'playwright-core';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { useSite } from './site.js';
import { cheapDevices, patienceMs } from './visitor.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The page as a bundler makes it of the package: with the files that are published, and React as developers run it. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${root}test/browser/page/react.tsx`],
    ...{ bundle: true, write: false, format: 'esm', logLevel: 'warning' },
    define: { 'process.env.NODE_ENV': '"development"' },
    plugins: [
      {
        name: 'package',
        setup: (builder) => {
          builder.onResolve({ filter: /client\/(react\/)?index\.js$/ }, ({ path }) => ({
            path: `${root}dist/client/atrium-${path.includes('/react/') ? 'react' : 'client'}.js`,
          }));
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? '';
}

describe('the package of the client library in a page with React', function () {
  this.timeout(4 * patienceMs);
  const server = useServer();
  const newWindow = useBrowser();
  const site = useSite();
  let page: Page;
  let script = '';
  let sockets = 0;

  before(async () => {
    script = await bundled();
    site.pages = { '/': '<!doctype html><html lang="en"><title>A page</title>' };
  });

  beforeEach(async () => {
    page = await (await newWindow()).newPage();
    page.setDefaultTimeout(patienceMs);
    sockets = 0;
    page.on('websocket', () => (sockets += 1));
    await page.addInitScript(cheapDevices);
    await page.goto(site.at('/'));
    await page.addScriptTag({ content: script, type: 'module' });
    await page.waitForFunction('window.show !== undefined');
  });

  const guest = (user: string): Locator => page.getByRole('region', { name: user, exact: true });
  const show = (...guests: readonly { readonly user: string; readonly room: string }[]): Promise<void> =>
    page.evaluate(`show(${JSON.stringify(server().url)}, ${JSON.stringify(guests)})`);

  async function reads(user: string, what: string, ...texts: readonly string[]): Promise<void> {
    const found = guest(user).locator(what);
    const seen = async () => (await found.allTextContents()).join();
    await until(`${what} of ${user} is ${texts.join()}`, async () => (await seen()) === texts.join(), patienceMs);
  }

  /** How many are in the room. Undefined: it is not open. */
  const inRoom = async (name: string): Promise<number | undefined> => {
    const answer = await fetch(new URL('api/v1/rooms', server().url));
    const list = (await answer.json()) as readonly { readonly name: string; readonly participants: number }[];
    return list.find((room) => room.name === name)?.participants;
  };

  it('shows names, messages and pictures as they come, and is in the room once under StrictMode', async () => {
    const [ana, berta] = ['Ana', 'Berta'].map((user) => ({ user, room: 'react' }));
    if (!ana || !berta) throw new Error('two guests');
    await show(ana);
    await reads('Ana', 'p', 'joined');
    await show(ana, berta);
    await reads('Ana', 'li b', 'Berta');
    await reads('Berta', 'li b', 'Ana');
    expect(sockets).to.equal(2);

    await guest('Berta').getByRole('button', { name: 'Say' }).click();
    await reads('Ana', 'ol li', 'Berta: I am Berta');
    await reads('Berta', 'ol li', 'Berta: I am Berta');
    await guest('Berta').getByRole('button', { name: 'Rename' }).click();
    await reads('Ana', 'li b', 'Berta the Great');

    await guest('Berta').getByRole('button', { name: 'Publish' }).click();
    await reads('Ana', 'figcaption', 'live');
    const playing = `document.querySelector('[aria-label=Ana] video').currentTime > 0`;
    await until('the picture plays', () => page.evaluate(playing), patienceMs);

    await guest('Berta').getByRole('button', { name: 'Mute' }).click();
    await reads('Ana', 'figcaption', 'live audio');

    await show(ana);
    await reads('Ana', 'li b');
    await reads('Ana', 'figcaption');
    await show();
    await until('the room is free', async () => (await inRoom('react')) === undefined, patienceMs);
  });

  it('goes to another room when the options name it, and says why it is in none', async () => {
    await show({ user: 'Ana', room: 'first' });
    await reads('Ana', 'p', 'joined');
    await show({ user: 'Ana', room: 'second' });
    await until('only the second is open', async () => (await inRoom('first')) === undefined, patienceMs);
    await until('Ana is in the second', async () => (await inRoom('second')) === 1, patienceMs);
    await reads('Ana', 'p', 'joined');
    await show({ user: 'Ana', room: '' });
    await reads('Ana', 'p', 'invalid-argument');
    await until('it left the second', async () => (await inRoom('second')) === undefined, patienceMs);
  });

  it('ends in the room that was named last, and in none when it goes while it joins', async () => {
    for (const room of ['first', 'second', 'first']) await show({ user: 'Ana', room });
    await reads('Ana', 'p', 'joined');
    expect([await inRoom('first'), await inRoom('second')]).to.deep.equal([1, undefined]);
    await show({ user: 'Ana', room: 'second' });
    await show();
    await until(
      'nobody is anywhere',
      async () => {
        return (await inRoom('first')) === undefined && (await inRoom('second')) === undefined;
      },
      patienceMs,
    );
  });
});
