import { expect } from 'chai';
import { ServiceStage } from '../support/service-stage.js';
import { Asker } from './asker.js';

describe('REST: what the server takes a client for', () => {
  const stages = { alone: new ServiceStage(), behind: new ServiceStage({ trustedProxies: ['loopback'] }) };
  const askers = new Map<ServiceStage, Asker>();
  before(async () => {
    for (const stage of Object.values(stages)) askers.set(stage, await Asker.of(await stage.start()));
  });
  after(() => Promise.all(Object.values(stages).map((stage) => stage.stop())));

  it('is the client that a trusted proxy names, else the other end of the connection', async () => {
    const by = { 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Proto': 'https' };
    const seen = async (stage: ServiceStage, headers: Record<string, string> = {}) =>
      (await askers.get(stage)?.ask('api/v1/seen-as', 'GET', headers))?.body;
    const own = { address: '127.0.0.1', secure: false };
    expect(await seen(stages.alone)).to.deep.equal({ ...own, proxy: 'none' });
    expect(await seen(stages.alone, by)).to.deep.equal({ ...own, proxy: 'untrusted' });
    expect(await seen(stages.behind, by)).to.deep.equal({ address: '203.0.113.7', secure: true, proxy: 'trusted' });
    const same = { ...by, 'X-Forwarded-For': '127.0.0.1' };
    expect(await seen(stages.behind, same)).to.deep.equal({ ...own, secure: true, proxy: 'trusted' });
    expect(await seen(stages.behind)).to.deep.equal({ ...own, proxy: 'none' });
  });
});
