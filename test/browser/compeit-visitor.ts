import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { until } from '../support/until.js';
import { patienceMs } from './visitor.js';

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

let built: Promise<string> | undefined;

/** page/compeit.ts as a script. */
function compeitScript(): Promise<string> {
  const entry = fileURLToPath(new URL('page/compeit.ts', import.meta.url));
  built ??= build({ entryPoints: [entry], bundle: true, format: 'iife', write: false }).then(
    ({ outputFiles }) => outputFiles[0]?.text ?? '',
  );
  return built;
}

/** A user of a page of the COMPEIT kind (page/compeit.ts). */
export class CompeitVisitor {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** In room 17. A page of the server's own origin, so that it is allowed; without the policy that the server gives its pages. */
  static async join(
    page: Page,
    url: string,
    name: string,
    { transport = 'websocket', token = '' } = {},
  ): Promise<CompeitVisitor> {
    await page.route(`${url}page`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto(`${url}page`);
    await page.unroute(`${url}page`);
    // Loaded as a script of the page, because it defines the global `io`.
    await page.evaluate(`(0, eval)(${JSON.stringify(oldClient)}); undefined`);
    await page.evaluate(await compeitScript());
    await page.evaluate(`window.compeit.start('${name}', 17, ['${transport}'], '${token}')`);
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
