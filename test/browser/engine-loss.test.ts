import { expect } from 'chai';
import { until } from '../support/until.js';
import { useStage } from './engine-stage.js';

/** The engine drops the packets itself, because a network that loses packets is not available everywhere. */
describe('a network that loses 5 % of the packets each way, through the embedded engine', function () {
  this.timeout(60_000);
  const stage = useStage(() => ['--test-loss', '0.05']);

  /** What its client can take, as the engine estimates, in bit/s. */
  async function bandwidthOf(name: string): Promise<number> {
    const stats = await stage.kurento.invoke(stage.endpoint(name), 'getStats', { mediaType: 'VIDEO' });
    const entries = Object.values(stats as Record<string, { readonly targetBitrate?: number }>);
    return Math.max(...entries.map(({ targetBitrate = 0 }) => targetBitrate));
  }

  for (const codec of ['VP8', 'H264']) {
    it(`does not stop picture and sound in ${codec}: what is lost is sent again, on a stream of its own`, async () => {
      const [publishing, receiving] = [await stage.openPage(), await stage.openPage()];
      await stage.negotiate(publishing, 'ann', { role: 'publish', codec, size: [640, 480] });
      const answer = await stage.negotiate(receiving, 'ben', { role: 'subscribe', codec, source: 'ann' });
      expect(answer).to.match(/a=ssrc-group:FID/);
      await stage.expectPlaying(receiving, 'ben', 60);
      // Each side has asked for lost packets and has sent some again.
      const given = await stage.eventually(publishing, 'ann', ({ nacks, repeated }) => nacks > 0 && repeated > 0);
      const taken = await stage.eventually(receiving, 'ben', ({ nacks, repeated }) => nacks > 0 && repeated > 0);
      expect(given.state).to.equal('connected');
      expect(taken.state).to.equal('connected');
      // Chromium tells when each packet came. Its own estimate (REMB) it tells no more.
      await until('its bandwidth is estimated', async () => (await bandwidthOf('ben')) > 100_000);
    });
  }
});
