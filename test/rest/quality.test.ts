import { expect } from 'chai';
import { adminToken, asAdmin } from '../support/administrator.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';
import { Asker } from './asker.js';

describe('REST: the quality of a participant', () => {
  const stage = new ServiceStage({ adminToken });
  let asker: Asker;
  let ana: RpcClient;
  before(async () => {
    asker = await Asker.of(await stage.start());
    ana = await RpcClient.connect(stage.service.url);
    await ana.request('joinRoom', { user: 'ana', room: 'r' });
  });
  after(async () => {
    ana.cut();
    await stage.stop();
  });

  const path = 'api/v1/rooms/r/participants/ana/quality';

  it('is the level and the last reports, for those that may see participants', async () => {
    const before = await asker.ask(path, 'GET', asAdmin.headers);
    expect(before.body).to.deep.equal({ level: null, readings: [] });
    const [up, down] = [
      { loss: 0.1, rttMs: 40, kbps: 900 },
      { loss: 0, rttMs: 42, kbps: 2_000 },
    ];
    await ana.request('reportQuality', { up, down, frozenMs: 200, cpuLimited: true });
    await ana.request('reportQuality', { up, down, frozenMs: 0 });
    const { status, body, text } = await asker.ask(path, 'GET', asAdmin.headers);
    expect(status, text).to.equal(200);
    const { level, readings } = body as { level: string; readings: readonly { readonly at: string }[] };
    expect(level).to.equal('poor');
    expect(readings.map(({ at: _at, ...reading }) => reading)).to.deep.equal([
      { level: 'poor', up, down, frozenMs: 200, cpuLimited: true, server: null },
      { level: 'poor', up, down, frozenMs: 0, cpuLimited: false, server: null },
    ]);
    expect((await asker.ask(path)).status).to.equal(401);
    expect((await asker.ask(path.replace('ana', 'ben'), 'GET', asAdmin.headers)).status).to.equal(404);
  });
});
