import { expect } from 'chai';
import { RpcClient } from '../../support/rpc-client.js';
import { ServiceStage } from '../../support/service-stage.js';

describe('Kurento Room §3.16 quality', () => {
  const stage = new ServiceStage();
  const clients: RpcClient[] = [];
  before(() => stage.start());
  after(async () => {
    for (const client of clients) client.cut();
    await stage.stop();
  });

  async function join(user: string): Promise<RpcClient> {
    const client = await RpcClient.connect(stage.service.url);
    clients.push(client);
    await client.request('joinRoom', { user, room: 'r', features: ['quality'] });
    return client;
  }

  it('is lost 5 s after the connection of a client is, and as before once the client is back', async () => {
    const [ana, ben] = [await join('ana'), await join('ben')];
    const way = { loss: 0, rttMs: 20, kbps: 900 };
    const { sessionId } = await ana.request('reportQuality', { up: way, down: way, frozenMs: 0 });
    ana.cut();
    expect(await ben.notified('participantQuality')).to.deep.equal({ id: 'ana', level: 'lost' });
    const again = await RpcClient.connect(stage.service.url);
    clients.push(again);
    await again.request('connect', { sessionId });
    expect(await ben.notified('participantQuality')).to.deep.equal({ id: 'ana', level: 'excellent' });
  }).timeout(20_000);
});
