import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { until } from '../support/until.js';
import { patienceMs } from './visitor.js';

const currentTime = (video: unknown): unknown => (video as { readonly currentTime: unknown }).currentTime;

/** A user of a page that was written for the browser library of 2016 and loads ours of the same face. */
export class KurentoVisitor {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** A page of another origin on this machine. @param given.publishes camera and microphone; by default nothing */
  static async join(
    page: Page,
    url: string,
    user: string,
    room: string,
    { publishes = false, token }: { publishes?: boolean; token?: string } = {},
  ): Promise<KurentoVisitor> {
    const html = `<!doctype html><div id="participants"></div><script src="${url}client/KurentoRoom.js"></script>
      <script>
        window.told = [];
        window.texts = [];
        KurentoRoom('${url.replace('http', 'ws')}room', (error, kurento) => {
          kurento.setRpcParams(${JSON.stringify(token === undefined ? {} : { token })});
          const room = kurento.Room({ room: '${room}', user: '${user}', updateSpeakerInterval: 500, thresholdSpeaker: -60 });
          const show = (stream) => stream.playThumbnail('participants');
          const note = (name) => ({ stream }) => window.told.push(name + ' ' + stream.getGlobalID().split('_')[0]);
          room.addEventListener('room-connected', ({ streams }) => streams.forEach(show));
          room.addEventListener('stream-added', ({ stream }) => show(stream));
          room.addEventListener('newMessage', ({ user, message }) => window.texts.push(user + ': ' + message));
          window.say = (text) => kurento.sendMessage('${room}', '${user}', text);
          if (${publishes}) {
            const own = kurento.Stream(room, { audio: true, video: true });
            own.addEventListener('access-accepted', () => {
              room.addEventListener('room-connected', () => own.publish());
              room.connect();
            });
            own.init();
          }
          for (const name of ['stream-added', 'stream-removed']) room.addEventListener(name, note(name));
          if (!${publishes}) room.connect();
        });
      </script>`;
    const site = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html').end(html);
    }).listen(0, '127.0.0.1');
    page.once('close', () => {
      site.closeAllConnections();
      site.close();
    });
    await once(site, 'listening');
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    return new KurentoVisitor(page);
  }

  /** What the library has told the page of streams that came and went. */
  async told(): Promise<readonly string[]> {
    return z.array(z.string()).parse(await this.#page.evaluate('window.told'));
  }

  /** The texts of others and its own, as `Ana: hello`. */
  async texts(): Promise<readonly string[]> {
    return z.array(z.string()).parse(await this.#page.evaluate('window.texts'));
  }

  async say(text: string): Promise<void> {
    await this.#page.evaluate(`window.say(${JSON.stringify(text)})`);
  }

  /** Resolves when the one video of a person plays. */
  async plays(name: string): Promise<void> {
    const videos = this.#page.locator(`[id^="${name}_"] video`);
    await videos.first().waitFor({ state: 'attached', timeout: patienceMs });
    const time = async (): Promise<number> => z.number().parse(await videos.first().evaluate(currentTime));
    const before = await time();
    await until(`a picture of ${name} moves`, async () => (await time()) > before, patienceMs);
  }
}
