import { expect } from 'chai';
import { publishOffer } from '../support/fixtures.js';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { testKey, tokenWith } from '../support/tokens.js';
import { readIce } from '../support/turn-credentials.js';
import { Asker } from './asker.js';

const path = 'api/v1/ice-servers';
const stun = { urls: ['stun:stun.example:3478'] };
const inGarden = { roomJoin: true, room: 'garden' };

function bearing(token: string): { readonly Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}

describe('ICE and bandwidth options', () => {
  const server = useServer({
    iceServers: ['stun:stun.example:3478', 'turn:ana%40home:s%3Acret@turn.example:3478?transport=tcp'],
    adminToken: 'admin',
    keys: testKey,
    publisherMaxVideoKbps: 750,
    mediaStunServer: '192.0.2.1:3478',
    mediaTurnUrl: 'user:secret@192.0.2.2:3478',
    mediaExternalIpv4: '192.0.2.3',
  });
  const all = [stun, { urls: ['turn:turn.example:3478?transport=tcp'], username: 'ana@home', credential: 's:cret' }];

  it('GET /api/v1/ice-servers gives no password to strangers, though they may join any room', async () => {
    const { status, body } = await (await Asker.of(server().url)).ask(path);
    expect(status).to.equal(200);
    expect(body).to.deep.equal({ iceServers: [stun] });
  });

  it('GET /api/v1/ice-servers gives all to those that have shown that they may join a room', async () => {
    const asker = await Asker.of(server().url);
    const of = async (headers: object): Promise<unknown> => (await asker.ask(path, 'GET', { ...headers })).body;
    expect(await of(bearing('admin'))).to.deep.equal({ iceServers: all });
    for (const claims of [
      { sub: 'ana', video: inGarden },
      { sub: 'ana', video: { roomJoin: true, roomPattern: 'g*' } },
      { sub: 'ana', videos: [{ roomAdmin: true, room: 'hall' }, inGarden] },
    ]) {
      expect(await of(bearing(tokenWith(claims))), JSON.stringify(claims)).to.deep.equal({ iceServers: all });
    }
    for (const claims of [
      { sub: 'backend', video: { roomCreate: true, roomList: true, roomAdmin: true, room: 'garden' } },
      { sub: 'ana', video: { roomJoin: true } },
      { video: inGarden },
    ]) {
      expect(await of(bearing(tokenWith(claims))), JSON.stringify(claims)).to.deep.equal({ iceServers: [stun] });
    }
    const wrong = tokenWith({ sub: 'ana', video: inGarden }, 'test: another secret, of another server');
    expect((await asker.ask(path, 'GET', bearing(wrong))).status).to.equal(401);
  });

  it('publishing works with all settings of the media server', async () => {
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { user: 'ana', room: 'limits' });
    const { sdpAnswer } = await ana.request('publishVideo', { sdpOffer: publishOffer });
    expect(sdpAnswer).to.be.a('string');
    await ana.close();
  });
});

describe('with a secret shared with TURN servers', () => {
  const server = useServer({
    iceServers: ['stun:stun.example:3478', 'turn:one.example:3478'],
    turnUrls: ['turn:two.example:3478?transport=udp', 'turns:two.example:443'],
    turnSecret: 'north',
    turnTtlS: 600,
    keys: testKey,
  });

  it('GET /api/v1/ice-servers gives credentials that expire, under one name for each identity', async () => {
    const before = Math.floor(Date.now() / 1000) + 600;
    const asker = await Asker.of(server().url);
    const askedBy = async (sub: string) => {
      const token = tokenWith({ sub, video: inGarden });
      return readIce((await asker.ask(path, 'GET', bearing(token))).body, 'north');
    };
    const ana = await askedBy('ana');
    expect([ana.stun, ana.ttlS]).to.deep.equal([['stun:stun.example:3478'], 600]);
    expect(ana.users.map(({ url }) => url)).to.deep.equal([
      'turn:one.example:3478',
      'turn:two.example:3478?transport=udp',
      'turns:two.example:443',
    ]);
    for (const { expiry, isSigned, id } of ana.users) {
      expect(expiry).to.be.within(before, before + 60);
      expect(isSigned).to.be.true;
      expect(id)
        .to.match(/^[\w-]{12}$/)
        .and.not.include('ana');
    }
    const names = async (sub: string) => new Set((await askedBy(sub)).users.map(({ id }) => id));
    expect(await names('ana'), 'asking again makes nobody else').to.deep.equal(new Set(ana.users.map(({ id }) => id)));
    expect([...(await names('ben')), ...(await names('ana'))]).to.have.lengthOf(2);
  });

  it('GET /api/v1/ice-servers tells strangers of no TURN server', async () => {
    const { body } = await (await Asker.of(server().url)).ask(path);
    expect(body).to.deep.equal({ iceServers: [stun] });
  });
});

describe('without ICE servers', () => {
  const server = useServer();

  it('GET /api/v1/ice-servers is an empty list', async () => {
    const { body } = await (await Asker.of(server().url)).ask(path);
    expect(body).to.deep.equal({ iceServers: [] });
  });
});
