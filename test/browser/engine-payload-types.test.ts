import { expect } from 'chai';
import { listenerPermissions } from '../../tools/chromium.js';
import { useStage } from './engine-stage.js';

/** VP8, its retransmissions and Opus with the numbers of others. */
const swapped = [
  [96, 121],
  [97, 120],
  [111, 63],
] as const;

describe('payload types through the embedded engine', function () {
  this.timeout(60_000);
  const stage = useStage();

  for (const [who, publisher, subscriber] of [
    ['the publisher', swapped, undefined],
    ['the subscriber', undefined, swapped],
  ] as const) {
    it(`may be others at ${who}`, async () => {
      const page = await stage.openPage();
      await stage.negotiate(page, 'ann', { role: 'publish', swapped: publisher });
      const other = await stage.openPage(listenerPermissions);
      await stage.negotiate(other, 'bob', { role: 'subscribe', source: 'ann', swapped: subscriber });
      const received = await stage.expectPlaying(other, 'bob');
      const sent = await stage.eventually(page, 'ann', ({ codec }) => codec !== undefined);
      expect(sent.codec).to.deep.equal({ mimeType: 'video/VP8', payloadType: publisher ? 121 : 96 });
      expect(received.codec).to.deep.equal({ mimeType: 'video/VP8', payloadType: subscriber ? 121 : 96 });
    });
  }
});
