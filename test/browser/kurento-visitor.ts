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

  /** A page of another origin on this machine. It publishes nothing. */
  static async join(page: Page, url: string, user: string, room: string): Promise<KurentoVisitor> {
    const html = `<!doctype html><div id="participants"></div><script src="${url}client/KurentoRoom.js"></script>
      <script>
        window.told = [];
        KurentoRoom('${url.replace('http', 'ws')}room', (error, kurento) => {
          const room = kurento.Room({ room: '${room}', user: '${user}', updateSpeakerInterval: 500, thresholdSpeaker: -60 });
          const show = (stream) => stream.playThumbnail('participants');
          const note = (name) => ({ stream }) => window.told.push(name + ' ' + stream.getGlobalID().split('_')[0]);
          room.addEventListener('room-connected', ({ streams }) => streams.forEach(show));
          room.addEventListener('stream-added', ({ stream }) => show(stream));
          for (const name of ['stream-added', 'stream-removed']) room.addEventListener(name, note(name));
          room.connect();
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

  /** Resolves when the one video of a person plays. */
  async plays(name: string): Promise<void> {
    const videos = this.#page.locator(`[id^="${name}_"] video`);
    await videos.first().waitFor({ state: 'attached', timeout: patienceMs });
    const time = async (): Promise<number> => z.number().parse(await videos.first().evaluate(currentTime));
    const before = await time();
    await until(`a picture of ${name} moves`, async () => (await time()) > before, patienceMs);
  }
}
