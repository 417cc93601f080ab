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
