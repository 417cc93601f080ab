import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Locator, Page } from 'playwright-core';
import { npmCommand } from '../../scripts/npm.mjs';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { plays, videoOf } from './plays.js';
import { useBrowser } from './shared-browser.js';
import { useSite } from './site.js';
import { cheapDevices, patienceMs } from './visitor.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The files of the package as `npm run pack:client` packs them, by name. */
async function packed(): Promise<Readonly<Record<string, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'atrium-packed-'));
  try {
    const run = (command: string, ...args: string[]): void => {
      const { status, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
      expect(status, stderr).to.equal(0);
    };
    const [npm, ...first] = npmCommand();
    run(npm, ...first, 'pack', join(root, 'dist/client'), '--ignore-scripts');
    const [tarball = ''] = await readdir(folder);
    run('tar', '-xzf', tarball);
    const unpacked = join(folder, 'package');
    const names = (await readdir(unpacked)).filter((name) => name.endsWith('.js'));
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await readFile(join(unpacked, name), 'utf8')] as const)),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The page as a bundler makes it of the package, and of React as developers run it. */
async function bundled(files: Readonly<Record<string, string>>): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${root}test/browser/page/react.tsx`],
    ...{ bundle: true, write: false, format: 'esm', logLevel: 'warning' },
    define: { 'process.env.NODE_ENV': '"development"' },
    plugins: [
      {
        name: 'package',
        setup: (builder) => {
          builder.onResolve({ filter: /client\/(react\/)?index\.js$|^\.\/atrium-client\.js$/ }, ({ path }) => ({
            path: path.includes('/react/') ? 'atrium-react.js' : 'atrium-client.js',
            namespace: 'package',
          }));
          builder.onLoad({ filter: /./, namespace: 'package' }, ({ path }) => {
            return { contents: files[path] ?? '', resolveDir: root };
          });
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? '';
}

/** A page that draws its call itself, with the file of the package and nothing else. */
const drawn = `
import { Room, openDevices } from './package/atrium-client.js';
const { server, user } = Object.fromEntries(new URLSearchParams(location.search));
const room = await Room.join({ url: server, room: 'packed', user }, (room) => {
  const show = (participant) => {
    const figure = document.body.appendChild(document.createElement('figure'));
    figure.dataset.participant = participant.id;
    participant.on('published', (publication) => {
      room.attach(publication, figure.appendChild(document.createElement('video')));
    });
    for (const publication of participant.publications.values()) {
      room.attach(publication, figure.appendChild(document.createElement('video')));
    }
  };
  room.on('participantJoined', show);
  room.on('message', ({ name, text }) => document.body.append(name + ': ' + text));
  room.on('state', (state) => {
    if (state === 'joined') room.participants.forEach(show);
  });
});
await room.publish(await openDevices());
await room.chat('I am here.');
`;

/** Counts what the policy of the page keeps from it. */
const countViolations = `
  window.violated = [];
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    violated.push(effectiveDirective + ' ' + blockedURI);
  });`;

describe('the package of the client library in a browser', function () {
  this.timeout(4 * patienceMs);
  const server = useServer();
  const newWindow = useBrowser();
  const site = useSite();
  let files: Readonly<Record<string, string>> = {};
  let sockets = 0;

  before(async () => {
    files = await packed();
    const html = (body: string): string => `<!doctype html><html lang="en"><title>A page</title><body>${body}`;
    site.pages = {
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`/package/${name}`, text])),
      '/drawn.js': drawn,
      '/drawn': html('<script type="module" src="/drawn.js"></script>'),
      '/element': html('<script type="module" src="/package/atrium-call.js"></script>'),
      '/': html(''),
    };
  });

  afterEach(() => {
    site.policy = '';
  });

  async function open(path: string): Promise<Page> {
    const page = await (await newWindow()).newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('websocket', () => (sockets += 1));
    for (const before of [cheapDevices, countViolations]) await page.addInitScript(before);
    await page.goto(site.at(path));
    return page;
  }

  const violated = (page: Page): Promise<readonly string[]> => page.evaluate('violated');

  /** Nothing but scripts of the site itself, and the server. */
  const policy = (): string => {
    const { origin } = new URL(server().url);
    return `default-src 'none'; script-src 'self'; connect-src ${origin} ${origin.replace('http', 'ws')}`;
  };

  it('joins and is seen from a plain page, and a strict policy keeps nothing from it', async () => {
    site.policy = policy();
    const [ana, berta] = await Promise.all(
      ['Ana', 'Berta'].map((user) => open(`/drawn?server=${encodeURIComponent(server().url)}&user=${user}`)),
    );
    if (!ana || !berta) throw new Error('two users');
    await Promise.all([plays(videoOf(ana.locator('body'), 'Berta')), plays(videoOf(berta.locator('body'), 'Ana'))]);
    await ana.getByText('Ana: I am here.').waitFor();
    expect([await violated(ana), await violated(berta)]).to.deep.equal([[], []]);
    // What the page may not do is counted.
    await ana.evaluate(`fetch('https://elsewhere.example/').catch(() => undefined)`);
    expect(await violated(ana)).to.deep.equal(['connect-src https://elsewhere.example/']);
  });

  it('shows a whole call under the same policy, with words from a file of their own', async () => {
    site.policy = policy();
    const [ana, berta] = await Promise.all(['Ana', 'Berta'].map(() => open('/element')));
    if (!ana || !berta) throw new Error('two users');
    const call = { server: server().url, room: 'packed-call', language: 'es' };
    for (const [page, user] of [
      [ana, 'Ana'],
      [berta, 'Berta'],
    ] as const) {
      const given = JSON.stringify({ ...call, user });
      await page.evaluate(`document.body.append(Object.assign(document.createElement('atrium-call'), ${given}))`);
    }
    await Promise.all([
      plays(videoOf(ana.locator('atrium-call'), 'Berta')),
      plays(videoOf(berta.locator('atrium-call'), 'Ana')),
    ]);
    await ana.getByRole('button', { name: 'Salir' }).waitFor();
    expect([await violated(ana), await violated(berta)]).to.deep.equal([[], []]);
  });

  describe('in a page with React', () => {
    let page: Page;
    let script = '';

    before(async () => {
      script = await bundled(files);
    });

    beforeEach(async () => {
      page = await open('/');
      sockets = 0;
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
});
