import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { expectNoPipelineLeft } from '../support/media-objects.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, Visitor } from './visitor.js';

const playing = z.object({
  from: z.string(),
  frames: z.number(),
  audioPackets: z.number(),
  width: z.number(),
  time: z.number(),
});
const inspection = z.object({ events: z.array(z.string()), texts: z.array(z.string()), received: z.array(playing) });

/** The browser client of Socket.IO 0.9. */
const oldClient = readFileSync(createRequire(import.meta.url).resolve('socket.io-client-09/dist/socket.io.js'), 'utf8');

/** A user of a page of the COMPEIT kind (page/compeit.ts). */
class CompeitVisitor {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** A page of the server's own origin, so that it is allowed; without the policy that the server gives its pages. */
  static async join(page: Page, url: string, script: string, name: string, transport: string): Promise<CompeitVisitor> {
    await page.route(`${url}page`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto(`${url}page`);
    await page.unroute(`${url}page`);
    // Loaded as a script of the page, because it defines the global `io`.
    await page.evaluate(`(0, eval)(${JSON.stringify(oldClient)}); undefined`);
    await page.evaluate(script);
    await page.evaluate(`window.compeit.start('${name}', 17, ['${transport}'])`);
    return new CompeitVisitor(page);
  }

  async inspect(): Promise<z.infer<typeof inspection>> {
    return inspection.parse(await this.#page.evaluate('window.compeit.inspect()'));
  }

  /** Resolves when picture and sound of a person play. */
  async receives(from: string): Promise<void> {
    let first: z.infer<typeof playing> | undefined;
    await until(
      `sees and hears ${from}`,
      async () => {
        const now = (await this.inspect()).received.find((each) => each.from === from);
        if (!now || now.width === 0 || now.frames === 0) return false;
        first ??= now;
        const { frames, audioPackets, time } = first;
        return now.frames >= frames + 3 && now.audioPackets >= audioPackets + 10 && now.time > time;
      },
      patienceMs,
    );
  }

  async say(text: string): Promise<void> {
    await this.#page.evaluate(`window.compeit.say('${text}')`);
  }

  async stopSending(): Promise<void> {
    await this.#page.evaluate('window.compeit.stop()');
  }
}

describe('a page of the COMPEIT kind', function () {
  this.timeout(4 * patienceMs);
  // A polling page that is closed between two polls is known to be gone by its silence alone.
  const server = useServer({
    kurentoRoom: { sessionGraceMs: 1_000 },
    compeit: { pollMs: 2_000, closeTimeoutMs: 10_000 },
  });
  const newWindow = useBrowser();
  let script = '';

  before(async () => {
    const entry = fileURLToPath(new URL('page/compeit.ts', import.meta.url));
    const bundle = await build({ entryPoints: [entry], bundle: true, format: 'iife', write: false });
    script = bundle.outputFiles[0]?.text ?? '';
  });
  expectNoPipelineLeft(() => server().mediaServerUrls, patienceMs);

  const join = async (name: string, transport = 'websocket'): Promise<CompeitVisitor> => {
    const window = await newWindow();
    return CompeitVisitor.join(await window.newPage(), server().url, script, name, transport);
  };

  it('sends and receives video and sound, over a WebSocket and over polling', async () => {
    const ann = await join('Ann');
    const bob = await join('Bob', 'xhr-polling');
    await ann.receives('Bob');
    await bob.receives('Ann');
    const { events } = await ann.inspect();
    expect(events.filter((event) => event === 'media_session_started')).to.have.lengthOf(2);
    await ann.stopSending();
    await until('Bob is told', async () => (await bob.inspect()).events.includes('sender_stopped'), patienceMs);
  });

  it('meets a page of the Kurento Room protocol in a room: both see, hear and read each other', async () => {
    const ann = await join('Ann');
    const kay = await Visitor.join(await newWindow(), server().url, 'Kay', '17');
    await kay.receives('Ann');
    await ann.receives('Kay');
    await ann.say('hello Kay');
    await kay.page.getByRole('button', { name: 'Chat: 1 unread' }).waitFor();
    // This page sees one stream of Kay: the camera, and the screen when that has ended.
    await kay.page.getByRole('button', { name: 'Share your screen' }).click();
    await kay.page.getByText('You are presenting your screen').waitFor();
    await ann.receives('Kay');
    expect((await ann.inspect()).events).not.to.include('sender_stopped');
    await kay.page.evaluate('window.atrium.room.localPublication.close()');
    await until('the camera ends', async () => (await ann.inspect()).events.includes('sender_stopped'), patienceMs);
    await until(
      'the screen plays',
      async () => (await ann.inspect()).received.some(({ from, width }) => from === 'Kay' && width > 0),
      patienceMs,
    );
    await kay.say('hello Ann');
    await until('both are read', async () => (await ann.inspect()).texts.length === 2, patienceMs);
    expect((await ann.inspect()).texts).to.deep.equal(['Ann: "hello Kay"', 'Kay: "hello Ann"']);
    await kay.leave();
    await until('Ann is told', async () => (await ann.inspect()).events.includes('sender_stopped'), patienceMs);
    expect(kay.errors).to.deep.equal([]);
  });
});
