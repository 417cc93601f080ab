import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Locator, Page } from 'playwright-core';
import { findBrowser } from '../../tools/chromium.js';
import { npmCommand } from '../../scripts/npm.mjs';
import { codeIn } from '../support/markdown.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { plays, videoOf } from './plays.js';
import { useBrowser } from './shared-browser.js';
import { useSite } from './site.js';
import { patienceMs } from './visitor.js';

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
      '/served': html(
        `<script type="module" src="${server().url}client/atrium-call.js"></script><atrium-call room="packed-call" user="Berta"></atrium-call>`,
      ),
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
    await page.addInitScript(countViolations);
    await page.goto(site.at(path));
    return page;
  }

  const violated = (page: Page): Promise<readonly string[]> => page.evaluate('violated');

  /** What docs/embedding.md writes for a page that is in the server's place of `https://conference.example`. */
  const [, policyOfServed = '', policyOfPackage = ''] = codeIn('docs/embedding.md', 'text');
  const policy = (documented: string): string => {
    const { origin, host } = new URL(server().url);
    return documented
      .replace(/^Content-Security-Policy: /, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll('https://conference.example', origin)
      .replaceAll('wss://conference.example', `ws://${host}`)
      .trim();
  };

  it('joins and is seen from a plain page, and a strict policy keeps nothing from it', async () => {
    // A page that draws its own call needs no more than the socket of the server.
    site.policy = policy(policyOfPackage).replace(/(?<=connect-src) \S+/, '');
    expect(site.policy).to.match(/^default-src 'none'; script-src 'self'; connect-src ws:\S+$/);
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

  it('shows a whole call under the policies of docs/embedding.md, with words from a file of their own', async () => {
    site.policy = policy(policyOfPackage);
    const ana = await open('/element');
    site.policy = policy(policyOfServed);
    expect(site.policy).to.include(`script-src ${new URL(server().url).origin};`);
    const berta = await open('/served');
    const call = { server: server().url, room: 'packed-call', user: 'Ana', language: 'es' };
    await ana.evaluate(
      `document.body.append(Object.assign(document.createElement('atrium-call'), ${JSON.stringify(call)}))`,
    );
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

  describe('on a server that asks for tokens', () => {
    const secret = 'the-secret-of-the-back-end-0123456789';
    const strict = useServer({ auth: 'required', keys: `backend: ${secret}` });

    /** What the code of docs/embedding.md makes, as a back end runs it. */
    async function madeBy(code: string): Promise<string> {
      // Inside of the project, so that packages are found.
      const folder = await mkdtemp(join(root, 'dist/.backend-'));
      try {
        await writeFile(join(folder, 'token.mjs'), code);
        const user = `{ id: 'ana', name: 'Ana Núñez' }`;
        const program = `import('./token.mjs').then(async (made) => console.log(await made.tokenFor(${user}, 'garden')))`;
        const env = { ...process.env, ATRIUM_SECRET: secret };
        const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: folder, env });
        expect(status, String(stderr)).to.equal(0);
        return String(stdout).trim();
      } finally {
        await rm(folder, { recursive: true });
      }
    }

    it('joins with what the back end of docs/embedding.md makes, and with nothing else', async () => {
      const page = await open('/');
      const join = (given: string): Promise<unknown> =>
        page.evaluate(`import('/package/atrium-client.js').then(async ({ Room }) => {
          const room = await Room.join({ url: ${JSON.stringify(strict().url)}, room: 'garden', ${given} });
          await room.leave();
          return [room.user, room.self.name];
        }).catch(({ code, advice }) => [code, advice])`);
      const programs = codeIn('docs/embedding.md', 'js').filter((code) => code.includes('function tokenFor'));
      expect(programs).to.have.length(2);
      for (const program of programs) {
        site.pages = { ...site.pages, '/token': await madeBy(program) };
        const asked = `async () => (await fetch('/token?room=garden')).text()`;
        expect(codeIn('docs/embedding.md', 'js').some((code) => code.includes(`token = ${asked};`))).to.equal(true);
        expect(await join(`token: ${asked}`)).to.deep.equal(['ana', 'Ana Núñez']);
      }
      expect(await join(`user: 'ana'`)).to.deep.equal(['token-needed', 'get-token']);
      expect(await join(`token: 'none'`)).to.deep.equal(['token-invalid', 'get-token']);
      const failing = `token: async () => { throw new Error('signed out'); }`;
      expect(await join(failing)).to.deep.equal(['token-invalid', 'get-token']);
    });
  });

  it('is tested by the program of docs/testing.md', async () => {
    const [program = ''] = codeIn('docs/testing.md', 'js');
    const folder = await mkdtemp(join(root, 'dist/.testing-'));
    try {
      await writeFile(join(folder, 'program.mjs'), program);
      const env = { ...process.env, ATRIUM: server().url.replace(/\/$/, ''), CHROMIUM: findBrowser() };
      const child = spawn(process.execPath, ['program.mjs'], { cwd: folder, env });
      let told = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (told += String(text)));
      const [code] = (await once(child, 'exit')) as [number];
      expect([code, told.trim()]).to.deep.equal([0, 'Ana and Ben saw each other, and Ana saw Ben leave.']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
