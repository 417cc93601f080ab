import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { ConsoleMessage, Page } from 'playwright-core';
import { z } from 'zod';
import { until } from '../support/until.js';
import type { Site } from './site.js';
import { patienceMs } from './visitor.js';

const received = z.object({
  streamId: z.string(),
  /** Undefined for a kind that it has not. */
  audioActive: z.boolean().optional(),
  videoActive: z.boolean().optional(),
  tracks: z.string(),
  frames: z.number(),
  audioPackets: z.number(),
  width: z.number(),
  time: z.number(),
});

/** What a seat gets of somebody. */
export type Received = z.infer<typeof received>;

const { resolve } = createRequire(import.meta.url);

/** The script of openvidu-browser as pages load it. @param packageName `openvidu-browser`, or that of an older version */
export function libraryOf(packageName = 'openvidu-browser'): string {
  const folder = dirname(resolve(`${packageName}/package.json`));
  const { version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { readonly version: string };
  return readFileSync(`${folder}/static/js/openvidu-browser-${version}.min.js`, 'utf8');
}

let built: Promise<string> | undefined;

/** page/openvidu.ts as a script. */
function pageScript(): Promise<string> {
  const entry = fileURLToPath(new URL('page/openvidu.ts', import.meta.url));
  built ??= build({ entryPoints: [entry], bundle: true, format: 'iife', write: false }).then(
    ({ outputFiles }) => outputFiles[0]?.text ?? '',
  );
  return built;
}

/** A page that was written for openvidu-browser (page/openvidu.ts). It may have several seats: connections of OpenVidu. */
export class OpenViduPage {
  readonly page: Page;
  /** What no page may see: exceptions, and what the library writes of a server that it does not understand. */
  readonly errors: string[] = [];
  /** The library complains of what was on its way to it when it left. */
  #hasLeft = false;
  /** What is still read of what the page has written. */
  readonly #reading: Promise<void>[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', ({ stack = '' }) => {
      // For a while the library asks for the size of a picture that has ended.
      if (!stack.includes('getVideoDimensions')) this.errors.push(stack);
    });
    page.on('console', (message) => {
      if (message.type() === 'error' && !this.#hasLeft) this.#reading.push(this.#note(message));
    });
    page.on('dialog', (dialog) => {
      this.errors.push(dialog.message());
      void dialog.dismiss();
    });
  }

  /** The library writes errors as objects, of which the text of a line says the name alone. */
  async #note(message: ConsoleMessage): Promise<void> {
    const said = (value: unknown): string => String(Reflect.get(Object(value), 'message') ?? value);
    const parts = message.args().map((part) => part.evaluate(said).catch(() => 'gone'));
    this.errors.push((await Promise.all(parts)).join(' ') || message.text());
  }

  /** An empty page of a site, with the library. */
  static async open(page: Page, site: Site, library = libraryOf()): Promise<OpenViduPage> {
    const opened = new OpenViduPage(page);
    site.pages = { '/': '<!doctype html><link rel="icon" href="data:,">' };
    await page.goto(site.at('/'));
    await page.addScriptTag({ content: library });
    await page.evaluate(await pageScript());
    return opened;
  }

  /** Connects with a token. @param subscribes to whatever comes */
  async enter(name: string, token: string, { seat = name, subscribes = true } = {}): Promise<Seat> {
    this.#hasLeft = false;
    const text = [seat, token, name, subscribes].map((value) => JSON.stringify(value)).join();
    const id = z.string().parse(await this.page.evaluate(`openvidu.enter(${text})`));
    return new Seat(this.page, seat, name, id);
  }

  /** What `connect` is refused with. */
  async refused(name: string, token: string): Promise<string> {
    const text = ['refused', token, name].map((value) => JSON.stringify(value)).join();
    return z.string().parse(await this.page.evaluate(`openvidu.refusal(openvidu.enter(${text}))`));
  }

  /** For what was to be expected. All that the page has written until now is read before. */
  async forgetErrors(): Promise<void> {
    await this.page.evaluate('0');
    await Promise.all(this.#reading.splice(0));
    this.errors.length = 0;
  }

  async leaveAll(): Promise<void> {
    this.#hasLeft = true;
    await this.page.evaluate('openvidu.leaveAll()');
  }
}

/** One connection of a page. */
export class Seat {
  /** Of OpenVidu's connection. */
  readonly id: string;
  readonly name: string;
  readonly #page: Page;
  readonly #label: string;
  #read = 0;

  constructor(page: Page, label: string, name: string, id: string) {
    this.#page = page;
    this.#label = label;
    this.name = name;
    this.id = id;
  }

  /** Runs code of a page that uses `session`, `publisher` and `stream(name)`. */
  run(code: string): Promise<unknown> {
    const names = `const { session, publisher } = openvidu.seat('${this.#label}');
      const stream = (name) => openvidu.streamOf('${this.#label}', name).stream;`;
    return this.#page.evaluate(`(async () => { ${names} return ${code}; })()`);
  }

  /** What such code is refused with. */
  async refusal(code: string): Promise<string> {
    return z.string().parse(await this.run(`openvidu.refusal(${code})`));
  }

  /** Resolves with the id of the stream. */
  async publish(properties: object = {}, remote = false): Promise<string> {
    const text = `'${this.#label}', ${JSON.stringify(properties)}, ${remote}`;
    return z.string().parse(await this.#page.evaluate(`openvidu.publish(${text})`));
  }

  async received(from: string): Promise<Received | null> {
    const found: unknown = await this.#page.evaluate(`openvidu.received('${this.#label}', '${from}')`);
    return received.nullable().parse(found);
  }

  /** Whom it receives. */
  async streams(): Promise<string[]> {
    return z.array(z.string()).parse(await this.#page.evaluate(`openvidu.streams('${this.#label}')`));
  }

  /** Resolves when what somebody sends plays: frames are decoded, time goes on, sound comes. */
  async receives(from: string, { audio = true, video = true } = {}): Promise<Received> {
    let first: Received | undefined;
    let now: Received | undefined;
    await until(
      `${this.name} sees and hears ${from}`,
      async () => {
        now = (await this.received(from)) ?? undefined;
        if (!now || (video && (now.width === 0 || now.frames === 0))) return false;
        // After another negotiation the counters begin anew.
        if (!first || first.frames > now.frames || first.audioPackets > now.audioPackets) first = now;
        return (
          now.time > first.time &&
          (!video || now.frames >= first.frames + 3) &&
          (!audio || now.audioPackets >= first.audioPackets + 10)
        );
      },
      patienceMs,
      100,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}. It has ${JSON.stringify(now)}`, { cause: error });
    });
    return first ?? expect.fail('it plays');
  }

  /** All that the library has told it since the last time. */
  async told(): Promise<string[]> {
    const all = z.array(z.string()).parse(await this.#page.evaluate(`openvidu.seat('${this.#label}').told`));
    return all.slice(this.#read);
  }

  /** Takes what it has been told as read. */
  async forgets(): Promise<string[]> {
    const lines = await this.told();
    this.#read += lines.length;
    return lines;
  }

  /** Resolves when it has been told exactly this since the last time, and no more. */
  async hears(...lines: readonly string[]): Promise<void> {
    let got: string[] = [];
    await until(
      `${this.name} is told of ${lines.join(', ')}`,
      async () => {
        got = await this.told();
        return got.length >= lines.length;
      },
      patienceMs,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}. It was told ${JSON.stringify(got)}`, { cause: error });
    });
    this.#read += got.length;
    expect(got, this.name).to.deep.equal(lines);
  }
}
