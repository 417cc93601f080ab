import { expect } from 'chai';
import { RoomStack } from '../../support/room-stack.js';
import { RpcClient } from '../../support/rpc-client.js';
import { testKey, tokenWith } from '../../support/tokens.js';
import { readIce } from '../../support/turn-credentials.js';

describe('Kurento Room §3.11 the feature ice', () => {
  const stack = new RoomStack({
    iceServers: ['stun:stun.example:3478'],
    turnUrls: ['turn:turn.example:3478?transport=udp'],
    turnSecret: 'north',
    turnTtlS: 600,
    kurentoRoom: { sessionGraceMs: 60_000 },
  });
  let url = '';
  before(async () => {
    url = await stack.start();
  });
  after(() => stack.stop());

  it('tells a participant its servers as it joins, and again when it asks, under one name', async () => {
    const ana = await RpcClient.connect(url);
    const joined = readIce(await ana.request('joinRoom', { user: 'ana', room: 'r', features: ['ice'] }), 'north');
    expect(joined.stun).to.deep.equal(['stun:stun.example:3478']);
    expect(joined.ttlS).to.equal(600);
    const [user] = joined.users;
    expect(joined.users).to.have.lengthOf(1);
    expect(user).to.include({ url: 'turn:turn.example:3478?transport=udp', isSigned: true });
    expect(user?.expiry).to.be.closeTo(Date.now() / 1000 + 600, 30);
    expect(user?.id).to.match(/^[\w-]{12}$/);
    const again = readIce(await ana.request('getIceServers', {}), 'north');
    expect(again.users.map(({ id }) => id)).to.deep.equal([user?.id]);
    // Another socket is the same participant.
    const { sessionId } = await ana.request('connect');
    ana.cut();
    const resumed = await RpcClient.connect(url);
    await resumed.request('connect', { sessionId });
    const after = readIce(await resumed.request('getIceServers', {}), 'north');
    expect(after.users.map(({ id }) => id)).to.deep.equal([user?.id]);
    const ben = await RpcClient.connect(url);
    const other = readIce(await ben.request('joinRoom', { user: 'ben', room: 'r', features: ['ice'] }), 'north');
    expect(other.users.map(({ id }) => id)).to.not.include(user?.id);
    for (const each of [resumed, ben]) await each.request('leaveRoom');
    for (const each of [resumed, ben]) each.cut();
  });

  it('is for participants alone, and a client that does not name it is told nothing', async () => {
    const ana = await RpcClient.connect(url);
    expect(await ana.reason('getIceServers', {})).to.equal('102');
    expect(await ana.request('joinRoom', { user: 'ana', room: 'r' })).to.have.all.keys('value', 'sessionId');
    await ana.request('leaveRoom');
    ana.cut();
  });

  it('tells a client nothing that may not join', async () => {
    const closed = new RoomStack({ auth: 'required', keys: testKey, turnUrls: ['turn:t:1'], turnSecret: 'north' });
    const ana = await RpcClient.connect(await closed.start());
    const token = tokenWith({ sub: 'ana', video: { roomJoin: true, room: 'elsewhere' } });
    const answers = [
      await ana.call('joinRoom', { user: 'ana', room: 'r', features: ['ice'] }),
      await ana.call('joinRoom', { room: 'r', token, features: ['ice'] }),
      await ana.call('getIceServers', {}),
    ];
    expect(JSON.stringify(answers)).to.not.include('turn:');
    expect(answers.map(({ error }) => error?.code)).to.deep.equal([401, 401, 102]);
    ana.cut();
    await closed.stop();
  });
});
