import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { RequestParams } from '../../dialects/kurento-room/types.js';
import { itOnEmbeddedEngine } from '../support/media-server.js';
import { NarrowPath } from '../support/narrow-path.js';
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

/** \`join\` in the page. */
const prepare = (url: string, room: string): string => `{
  const options = { url: ${JSON.stringify(url)}, room: '${room}', autoSubscribe: false };
  window.join = (user) => client.Room.join({ ...options, user });
  window.others = {};
}`;

/** Ann shows something that moves, 10 times a second, in three sizes. */
const publishBar = `(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 960, height: 540 });
  const context = canvas.getContext('2d');
  let turn = 0;
  setInterval(() => {
    context.fillStyle = 'hsl(' + (turn += 7) + ' 80% 50%)';
    context.fillRect((turn * 13) % 960, 0, 120, 540);
  }, 100);
  window.ann = await join('ann');
  await ann.publish(canvas.captureStream(10));
})()`;

/** Ann shows soft noise, 10 times a second, in three sizes: each takes as much as its encoder may give it. */
const publishNoise = `(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 960, height: 540 });
  const context = canvas.getContext('2d');
  const grains = Object.assign(document.createElement('canvas'), { width: 32, height: 18 });
  const image = new ImageData(32, 18);
  setInterval(() => {
    for (let at = 0; at < image.data.length; at++) image.data[at] = at % 4 === 3 ? 255 : Math.random() * 256;
    grains.getContext('2d').putImageData(image, 0, 0);
    context.drawImage(grains, 0, 0, 960, 540);
  }, 100);
  window.ann = await join('ann');
  await ann.publish(canvas.captureStream(10));
})()`;

const receive = (name: string, wish: SubscriptionWish): string => `(async () => {
  const room = await join('${name}');
  const publication = room.participants.get('ann').publications.get('webcam');
  others['${name}'] = publication;
  await publication.subscribe();
  const video = Object.assign(document.createElement('video'), { autoplay: true, muted: true });
  document.body.append(video);
  room.attach(publication, video);
  // The longest time between two pictures that were shown, in ms, since somebody asked.
  publication.longest = 0;
  let last;
  const shown = (at) => {
    publication.longest = Math.max(publication.longest, at - (last ?? at));
    last = at;
    video.requestVideoFrameCallback(shown);
  };
  video.requestVideoFrameCallback(shown);
  await publication.want(${JSON.stringify(wish)});
})()`;

interface Received {
  readonly frameWidth: number;
  readonly videoPackets: number;
  readonly frames: number;
  readonly keyFrames: number;
}

const received = (page: Page, name: string): Promise<Received> =>
  page.evaluate(`others['${name}'].subscription.statistics().then(({ received }) => received)`);

const want = (page: Page, name: string, wish: SubscriptionWish): Promise<void> =>
  page.evaluate(`others['${name}'].want(${JSON.stringify(wish)})`);

/** The longest time without a new picture, in ms, since this was asked last. */
const longestFrozen = (page: Page, name: string): Promise<number> =>
  page.evaluate(`(({ longest }) => (others['${name}'].longest = 0, longest))(others['${name}'])`);

/** A connection that is told of the media server by way of the path, and tells nothing of itself. */
const goesThrough = `{
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    async addIceCandidate(candidate) {
      const through = await window.candidateThrough(candidate.candidate);
      if (through) await super.addIceCandidate({ ...candidate, candidate: through });
    }
    set onicecandidate(handler) {}
  };
}`;

/** Pages of browsers that have H.264 and do not take VP8 first. */
const prefersH264 = `{
  const { addTransceiver } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.addTransceiver = function (...given) {
    const transceiver = addTransceiver.apply(this, given);
    const codecs = RTCRtpReceiver.getCapabilities('video').codecs;
    if (transceiver.receiver.track.kind === 'video')
      transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => /H264|rtx/.test(mimeType)));
    return transceiver;
  };
}`;

const sentLayers = (page: Page): Promise<boolean[]> =>
  page.evaluate(
    `ann.localPublication.peerConnection.getSenders().find(({ track }) => track?.kind === 'video')
      .getParameters().encodings.map(({ active }) => active)`,
  );

describe('a camera that is published by the browser library', function () {
  this.timeout(4 * patienceMs);
  const server = useServer();
  const newWindow = useBrowser();
  /** Each test has a room of its own: the people of the one before may not have left yet. */
  let test = 0;

  beforeEach(() => {
    test += 1;
  });

  /** `before`: runs in the page before its own scripts. */
  async function openPage(path?: NarrowPath, before = ''): Promise<Page> {
    const window = await newWindow();
    await window.addInitScript(before);
    if (path) {
      await window.exposeFunction('candidateThrough', (candidate: string) => path.through(candidate));
      await window.addInitScript(goesThrough);
    }
    const page = await window.newPage();
    await page.goto(server().url);
    await page.evaluate(await library());
    await page.evaluate(prepare(server().url, `layers ${test}`));
    return page;
  }

  itOnEmbeddedEngine(
    'reaches three receivers in three sizes, costs none of them a packet while it is off, and is sent as wanted',
    async () => {
      const page = await openPage();
      await page.evaluate(publishBar);
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

  itOnEmbeddedEngine('in H.264 reaches each receiver in its size, which changes with a keyframe', async () => {
    const page = await openPage(undefined, prefersH264);
    await page.evaluate(publishBar);
    await page.evaluate(receive('tile', { maxLayer: 0 }));
    await page.evaluate(receive('full', {}));
    const has = (name: string, width: number): Promise<void> =>
      until(`${name} has ${width}`, async () => (await received(page, name)).frameWidth === width, patienceMs);
    await has('full', 960);
    await has('tile', 240);
    const codecs = (name: string): Promise<string[]> =>
      page.evaluate(`others['${name}'].subscription.peerConnection.getStats().then((stats) =>
        [...stats.values()].filter(({ mimeType }) => mimeType?.startsWith('video/')).map(({ mimeType }) => mimeType))`);
    expect(await codecs('tile'))
      .to.include('video/H264')
      .and.not.include('video/VP8');
    for (const [maxLayer, width] of [
      [2, 960],
      [0, 240],
    ] as const) {
      const { keyFrames } = await received(page, 'tile');
      await want(page, 'tile', { maxLayer });
      await has('tile', width);
      expect((await received(page, 'tile')).keyFrames).to.be.above(keyFrames);
    }
  });

  /**
   * Down and up again as the receiver wishes. A busy machine freezes pictures by itself, so one of three times must be without.
   * @param widths of the smaller picture and the larger one
   */
  async function withoutFreeze(page: Page, name: string, [small, large]: readonly [number, number]): Promise<void> {
    const frozen: number[] = [];
    while (frozen.length < 3 && !frozen.some((ms) => ms < 1000)) {
      await longestFrozen(page, name);
      for (const [maxLayer, width] of [
        [small === 240 ? 0 : 1, small],
        [2, large],
      ] as const) {
        await want(page, name, { maxLayer });
        await until(`${name} has ${width}`, async () => (await received(page, name)).frameWidth === width, patienceMs);
      }
      frozen.push(await longestFrozen(page, name));
    }
    expect(Math.min(...frozen), `${name} is frozen, in ms`).to.be.below(1000);
  }

  itOnEmbeddedEngine(
    'reaches at once a full receiver, a small tile, and one behind 300 kbit/s with loss, in three sizes, and changes without a frozen second',
    async () => {
      const path = new NarrowPath({ bitrate: 300_000, loss: 0.02, delayMs: 30, queueMs: 1000 });
      try {
        const [page, far] = [await openPage(), await openPage(path)];
        await page.evaluate(publishNoise);
        await page.evaluate(receive('tile', { width: 200, height: 112 }));
        await page.evaluate(receive('full', {}));
        await far.evaluate(receive('limited', {}));
        const receivers = [
          [page, 'tile', 240],
          [far, 'limited', 480],
          [page, 'full', 960],
        ] as const;
        const goOn = async (): Promise<number[]> => {
          const before = await Promise.all(receivers.map(([at, name]) => received(at, name)));
          await until(
            'all go on',
            async () => {
              const now = await Promise.all(receivers.map(([at, name]) => received(at, name)));
              return now.every(({ frames }, index) => frames >= (before[index]?.frames ?? 0) + 5);
            },
            patienceMs,
          );
          return Promise.all(receivers.map(async ([at, name]) => (await received(at, name)).frameWidth));
        };
        const sizes = receivers.map(([, , width]) => width).join();
        await until('each goes on in a size of its own', async () => (await goOn()).join() === sizes, 2 * patienceMs);

        await withoutFreeze(page, 'full', [480, 960]);
      } finally {
        await path.close();
      }
    },
  );
});
