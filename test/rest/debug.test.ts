import { expect } from 'chai';
import { publishOffer, receiveOffer } from '../support/fixtures.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';
import { until } from '../support/until.js';
import { Asker } from './asker.js';

const admin = { Authorization: 'Bearer secret-token' };

describe('REST: what the operator is told of a room', () => {
  const stage = new ServiceStage({ adminToken: 'secret-token', firstIsModerator: true });
  let asker: Asker;
  const clients: RpcClient[] = [];
  before(async () => {
    asker = await Asker.of(await stage.start());
  });
  after(async () => {
    for (const client of clients) client.cut();
    await stage.stop();
  });

  async function connect(): Promise<RpcClient> {
    const client = await RpcClient.connect(stage.service.url);
    clients.push(client);
    return client;
  }

  it('is everything but secrets, for administrators alone', async () => {
    const [ana, ben] = [await connect(), await connect()];
    const wish = { user: 'ana', room: 'r', resumeToken: null, features: ['state', 'resume'] };
    const { sessionId, resumeToken } = await ana.request('joinRoom', wish);
    await ben.request('joinRoom', { user: 'ben', room: 'r' });
    await ana.request('updateRoom', { password: 'open sesame' });
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    await ben.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
    expect((await asker.ask('api/v1/debug/rooms/r')).status).to.equal(401);
    expect((await asker.ask('api/v1/debug/rooms/nowhere', 'GET', admin)).status).to.equal(404);

    const { body, text, status } = await asker.ask('api/v1/debug/rooms/r', 'GET', admin);
    expect(status, text).to.equal(200);
    const state = body as { clients: readonly Readonly<Record<string, unknown>>[] };
    const [one, two] = state.clients;
    expect(one).to.deep.include({ participant: 'ana', door: 'kurento-room', address: '127.0.0.0/24', isProven: false });
    expect(one?.session).to.include({ connected: true, requests: 0 });
    expect(one?.publications).to.have.lengthOf(1);
    expect(two?.subscriptions).to.have.lengthOf(1);
    expect(two?.subscriptions).to.have.nested.property('[0].publisher', 'ana');
    expect(text).to.include('"hasPassword":true');
    expect([sessionId, resumeToken].every((each) => typeof each === 'string')).to.equal(true);
    for (const secret of [sessionId, resumeToken, 'sesame', 'passwordHash', '127.0.0.1', 'secret-token']) {
      expect(text, 'a secret').to.not.include(String(secret));
    }
    await ben.close();
    await until('its connection is lost', async () => {
      const { clients: later } = (await asker.ask('api/v1/debug/rooms/r', 'GET', admin)).body as typeof state;
      return Reflect.get(later[1]?.session ?? {}, 'connected') === false;
    });
  });
});
