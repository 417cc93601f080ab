import { useStage } from './engine-stage.js';

describe('what a publisher may send through the embedded engine', function () {
  this.timeout(60_000);
  const stage = useStage();

  /** Chromium starts at 300 kbit/s. The final rate depends on the machine; the bench measures it. */
  it('grows to twice the initial rate, and is used by pictures that need it', async () => {
    const page = await stage.openPage();
    await stage.negotiate(page, 'ann', { role: 'publish', noise: true, size: [640, 480] });
    await stage.eventually(page, 'ann', ({ available }) => available > 600_000);
    let before = await stage.stats(page, 'ann');
    await stage.eventually(page, 'ann', (now) => {
      if (now.at < before.at + 1000) return false;
      const sent = ((now.videoBytesSent - before.videoBytesSent) * 8 * 1000) / (now.at - before.at);
      before = now;
      return sent > 500_000;
    });
    // What Chromium says of itself is of a moment, and the machine may be busy in it.
    await stage.eventually(page, 'ann', ({ sentBitrate }) => sentBitrate > 300_000);
  });

  it('stays below the limit of the endpoint', async () => {
    const page = await stage.openPage();
    await stage.negotiate(page, 'ann', { role: 'publish', noise: true, size: [640, 480] });
    await stage.eventually(page, 'ann', ({ available }) => available > 400_000);
    await stage.kurento.invoke(stage.endpoint('ann'), 'setMaxVideoRecvBandwidth', { maxVideoRecvBandwidth: 200 });
    await stage.eventually(page, 'ann', ({ available }) => available <= 250_000);
  });
});
