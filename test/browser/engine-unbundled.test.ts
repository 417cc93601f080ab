import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { listenerPermissions } from '../../tools/chromium.js';
import { until } from '../support/until.js';
import { useStage } from './engine-stage.js';
import { patienceMs } from './visitor.js';

/** Offers in the way of webrtcbin and FreeSWITCH: some media on a transport of its own, in no group. */
describe('an offer without BUNDLE at the embedded engine', function () {
  this.timeout(60_000);
  const stage = useStage();

  const transports = async (page: Page, name: string): Promise<number> => (await stage.stats(page, name)).transports;

  for (const [who, publisher, subscriber] of [
    ['the publisher', { bundle: [] }, {}],
    ['the subscriber', {}, { bundle: [] }],
    ['both', { bundle: [] }, { bundle: [] }],
  ] as const) {
    it(`of ${who} carries sound and picture`, async () => {
      const page = await stage.openPage();
      const answer = await stage.negotiate(page, 'ann', { role: 'publish', ...publisher });
      expect(answer.match(/^m=\S+ \d+/gm)).to.deep.equal(['m=audio 9', 'm=video 9']);
      expect(answer.includes('a=group')).to.equal(!('bundle' in publisher));
      const other = await stage.openPage(listenerPermissions);
      await stage.negotiate(other, 'bob', { role: 'subscribe', source: 'ann', ...subscriber });
      await stage.expectPlaying(other, 'bob');
      expect(await transports(page, 'ann')).to.equal('bundle' in publisher ? 2 : 1);
      expect(await transports(other, 'bob')).to.equal('bundle' in subscriber ? 2 : 1);
    });
  }

  it('carries sound and picture both ways', async () => {
    const page = await stage.openPage();
    await stage.negotiate(page, 'ann', { role: 'both', bundle: [] });
    await stage.kurento.invoke(stage.endpoint('ann'), 'connect', { sink: stage.endpoint('ann') });
    await stage.expectPlaying(page, 'ann');
    expect(await stage.stats(page, 'ann')).to.include({ state: 'connected', transports: 2 });
    const [state] = stage.kurento.events.filter(({ type }) => type === 'ConnectionStateChanged');
    expect(state?.data).to.include({ newState: 'CONNECTED' });
  });

  for (const [what, bundle] of [
    ['sound and data', ['0', '2']],
    ['sound and picture', ['0', '1']],
    ['picture and data', ['1', '2']],
    ['nothing', []],
  ] as const) {
    it(`carries sound, picture and data when it bundles ${what}`, async () => {
      const page = await stage.openPage();
      await stage.negotiate(page, 'ann', { role: 'both', channel: 'chat', bundle });
      await stage.kurento.invoke(stage.endpoint('ann'), 'connect', { sink: stage.endpoint('ann') });
      await stage.expectPlaying(page, 'ann');
      await stage.call(page, 'say', 'ann', 'hello');
      const heard = () => stage.call<string[]>(page, 'heard', 'ann');
      await until('it is heard', async () => (await heard()).includes('chat: hello'), patienceMs);
      expect(await transports(page, 'ann')).to.equal(bundle.length === 0 ? 3 : 2);
    });
  }
});
