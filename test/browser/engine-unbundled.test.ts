import { expect } from 'chai';
import { listenerPermissions } from '../../tools/chromium.js';
import { EngineStage } from './engine-stage.js';

/** An offer in the way of webrtcbin and FreeSWITCH: each kind of media on a transport of its own, none in a group. */
describe('an offer without BUNDLE at the embedded engine', function () {
  this.timeout(60_000);
  let stage: EngineStage;

  before(async () => {
    stage = await EngineStage.start();
  });
  after(() => stage.stop());
  beforeEach(() => stage.open());
  afterEach(() => stage.clear());

  // One transport carries an endpoint (media/embedded/README.md).
  it('has an answer that Chromium takes, and its first transport flows', async () => {
    const page = await stage.openPage();
    const answer = await stage.negotiate(page, 'ann', { role: 'publish', unbundled: true });
    expect(answer).to.not.contain('a=group');
    expect(answer.match(/^m=\S+ \d+/gm)).to.deep.equal(['m=audio 9', 'm=video 0']);
    const other = await stage.openPage(listenerPermissions);
    await stage.negotiate(other, 'bob', { role: 'subscribe', source: 'ann' });
    await stage.eventually(other, 'bob', ({ audioPackets }) => audioPackets > 20);
    expect(await stage.stats(page, 'ann')).to.include({ state: 'connected' });
  });
});
