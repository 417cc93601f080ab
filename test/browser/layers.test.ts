import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { RequestParams } from '../../dialects/kurento-room/types.js';
import { itOnEmbeddedEngine } from '../support/media-server.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs } from './visitor.js';

type SubscriptionWish = Omit<RequestParams<'setSubscription'>, 'sender'>;

/** The browser library, as `client` in the page. */
async function library(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../client/index.ts', import.meta.url))],
    ...{ bundle: true, format: 'iife', globalName: 'client', write: false, logLevel: 'silent' },
  });
  return (outputFiles[0]?.text ?? '').replace('var client', 'window.client');
}

/** Ann shows something that moves, 10 times a second, in three sizes. */
const publish = (url: string): string => `(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 960, height: 540 });
  const context = canvas.getContext('2d');
  let turn = 0;
  setInterval(() => {
    context.fillStyle = 'hsl(' + (turn += 7) + ' 80% 50%)';
    context.fillRect((turn * 13) % 960, 0, 120, 540);
  }, 100);
  const options = { url: ${JSON.stringify(url)}, room: 'layers', autoSubscribe: false };
  window.join = (user) => client.Room.join({ ...options, user });
  window.ann = await join('ann');
  await ann.publish(canvas.captureStream(10));
  window.others = {};
})()`;

const receive = (name: string, wish: SubscriptionWish): string => `(async () => {
  const room = await join('${name}');
  const publication = room.participants.get('ann').publications.get('webcam');
  others['${name}'] = publication;
  await publication.subscribe();
  const video = Object.assign(document.createElement('video'), { autoplay: true, muted: true });
  document.body.append(video);
  room.attach(publication, video);
  await publication.want(${JSON.stringify(wish)});
})()`;

const received = (page: Page, name: string): Promise<{ frameWidth: number; videoPackets: number; frames: number }> =>
  page.evaluate(`others['${name}'].subscription.statistics().then(({ received }) => received)`);

const want = (page: Page, name: string, wish: SubscriptionWish): Promise<void> =>
  page.evaluate(`others['${name}'].want(${JSON.stringify(wish)})`);

const sentLayers = (page: Page): Promise<boolean[]> =>
  page.evaluate(
    `ann.localPublication.peerConnection.getSenders().find(({ track }) => track?.kind === 'video')
      .getParameters().encodings.map(({ active }) => active)`,
  );

describe('a camera that is published by the browser library', function () {
  this.timeout(4 * patienceMs);
  const server = useServer();
  const newWindow = useBrowser();

  itOnEmbeddedEngine(
    'reaches three receivers in three sizes, costs none of them a packet while it is off, and is sent as wanted',
    async () => {
      const page = await (await newWindow()).newPage();
      await page.goto(server().url);
      await page.evaluate(await library());
      await page.evaluate(publish(server().url));
      await page.evaluate(receive('tile', { width: 200, height: 112 }));
      await page.evaluate(receive('half', { maxLayer: 1 }));
      await page.evaluate(receive('full', {}));
      for (const [name, width] of [
        ['tile', 240],
        ['half', 480],
        ['full', 960],
      ] as const) {
        await until(`${name} has its size`, async () => (await received(page, name)).frameWidth === width, patienceMs);
      }

      const goesOn = async (name: string): Promise<void> => {
        const { frames } = await received(page, name);
        await until(`${name} goes on`, async () => (await received(page, name)).frames > frames + 5, patienceMs);
      };
      await want(page, 'tile', { video: false });
      // What was under way has arrived by then.
      await goesOn('full');
      const { videoPackets } = await received(page, 'tile');
      await goesOn('full');
      expect((await received(page, 'tile')).videoPackets, 'while it is off').to.equal(videoPackets);
      await want(page, 'tile', { video: true });
      await goesOn('tile');

      expect(await sentLayers(page)).to.deep.equal([true, true, true]);
      await want(page, 'full', { maxLayer: 1 });
      await until(
        'the largest is not sent',
        async () => (await sentLayers(page)).join() === 'true,true,false',
        patienceMs,
      );
      await goesOn('full');
      await want(page, 'full', { maxLayer: 2 });
      await until('full has its size again', async () => (await received(page, 'full')).frameWidth === 960, patienceMs);
    },
  );
});
