import { expect } from 'chai';
import { until } from '../support/until.js';
import { useStage } from './engine-stage.js';
import { patienceMs } from './visitor.js';

/** docs/protocols/kurento-media.md#72-negotiation. */
describe('offers that the embedded engine makes', function () {
  this.timeout(60_000);
  const stage = useStage();

  it('are answered by a page that publishes and by one that subscribes', async () => {
    const [ann, ben] = [await stage.openPage(), await stage.openPage()];
    await stage.negotiateFromEngine(ann, 'ann', { role: 'publish' });
    await stage.negotiateFromEngine(ben, 'ben', { role: 'subscribe', source: 'ann' });
    await stage.expectPlaying(ben, 'ben');
  });

  it('carry media and data both ways', async () => {
    const page = await stage.openPage();
    const offer = await stage.negotiateFromEngine(page, 'ann', { role: 'both', channel: 'chat' });
    expect(offer).to.match(/^a=group:BUNDLE audio0 video0 application0\r$/m);
    const endpoint = stage.endpoint('ann');
    await stage.kurento.invoke(endpoint, 'connect', { sink: endpoint });
    await stage.expectPlaying(page, 'ann');
    await stage.openDataChannel('ann', 'ours');
    await until(
      'the page has it, and no other',
      () =>
        stage.call(page, 'say', 'ann', 'hello').then(
          () => true,
          () => false,
        ),
      patienceMs,
    );
    const heard = (): Promise<string[]> => stage.call<string[]>(page, 'heard', 'ann');
    await until('it comes back', async () => (await heard()).length > 0, patienceMs);
    expect(await heard()).to.deep.equal(['ours: hello']);
  });
});
