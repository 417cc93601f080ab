import { NarrowPath } from '../support/narrow-path.js';
import { until } from '../support/until.js';
import { listenerPermissions } from '../../tools/chromium.js';
import { useStage } from './engine-stage.js';
import { patienceMs } from './visitor.js';

/** Several libraries write a group SIM into offers. Chromium then sends three sizes, whatever the answer says. */
describe('a publisher of several sizes at the embedded engine', function () {
  this.timeout(90_000);
  const stage = useStage();

  it('is seen all the time while it stops one size and another, and goes on with the first', async () => {
    const ann = await stage.openPage();
    await stage.negotiate(ann, 'ann', { role: 'publish', layers: true, size: [1280, 720] });
    const bob = await stage.openPage(listenerPermissions);
    await stage.negotiate(bob, 'bob', { role: 'subscribe', source: 'ann' });
    await stage.expectPlaying(bob, 'bob');
    for (const [layer, active] of [
      [0, [true, false, false]],
      [1, [false, true, false]],
      [0, [true, false, false]],
    ] as const) {
      await stage.call(ann, 'sendLayers', 'ann', active);
      const before = (await stage.call<number[]>(ann, 'framesOfLayers', 'ann'))[layer] ?? 0;
      await until(
        `size ${layer} is sent`,
        async () => ((await stage.call<number[]>(ann, 'framesOfLayers', 'ann'))[layer] ?? 0) > before + 5,
        patienceMs,
      );
      await stage.expectPlaying(bob, 'bob', 20);
    }
  });
});

describe('a picture in one size, at the embedded engine', function () {
  this.timeout(4 * patienceMs);
  const stage = useStage();

  it('stops for a receiver whose network takes far less, so that sound comes through, and comes again on a wide one', async () => {
    const path = new NarrowPath({ bitrate: 150_000, loss: 0.02, delayMs: 30, queueMs: 1000 });
    try {
      const page = await stage.openPage();
      await stage.negotiate(page, 'ann', { role: 'publish', codec: 'VP8', noise: true });
      // The publisher is not asked for less, since another one takes all.
      await stage.negotiate(page, 'bob', { role: 'subscribe', source: 'ann' });
      await stage.negotiate(page, 'carl', { role: 'subscribe', source: 'ann', path });
      const pictures = async (): Promise<number> => {
        const stats = await stage.kurento.invoke(stage.endpoint('carl'), 'getStats', { mediaType: 'VIDEO' });
        const entries = Object.values(stats as Record<string, { readonly packetsSent?: number }>);
        return Math.max(...entries.map(({ packetsSent = 0 }) => packetsSent));
      };
      /** Packets of the picture that were sent while a second of sound came. */
      const whileSound = async (): Promise<number> => {
        const [sent, { audioPackets }] = [await pictures(), await stage.stats(page, 'carl')];
        await stage.eventually(page, 'carl', (now) => now.audioPackets >= audioPackets + 50);
        return (await pictures()) - sent;
      };
      await until('a picture is sent', async () => (await pictures()) > 0, patienceMs);
      await until('the picture stops', async () => (await whileSound()) === 0, 2 * patienceMs);
      await stage.expectPlaying(page, 'bob');
      path.conditions.bitrate = 20_000_000;
      const { framesDecoded } = await stage.stats(page, 'carl');
      await stage.eventually(page, 'carl', (now) => now.framesDecoded > framesDecoded + 10);
    } finally {
      await path.close();
    }
  });
});
