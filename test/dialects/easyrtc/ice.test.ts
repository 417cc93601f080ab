import { expect } from 'chai';
import type { EasyRtcHooks } from '../../../dialects/easyrtc/hooks.js';
import { testKey, tokenWith } from '../../support/tokens.js';
import { readIce } from '../../support/turn-credentials.js';
import { RecordingLog } from '../../support/recording-log.js';
import { ServiceStage } from '../../support/service-stage.js';
import { EasyRtcStage } from './stage.js';
import type { TestClient, Wire } from './test-client.js';

const iceServers = ['stun:a:3478', 'turn:u:c@b:3478'];
const turnUrls = ['turn:c:3478?transport=udp'];
const relays = ['turn:b:3478', 'turn:c:3478?transport=udp'];

/** The servers of an answer; each has its first address as `url` too. */
function read({ msgData }: Wire, secret = 'north') {
  const given = msgData?.iceConfig?.iceServers ?? [];
  for (const { url, urls } of given) expect(url).to.equal(urls[0]);
  return readIce({ iceServers: given.map(({ url: _first, ...server }) => server) }, secret);
}

function urlsOf(answer: Wire, secret?: string): string[] {
  const { stun, users } = read(answer, secret);
  return [...stun, ...users.map(({ url }) => url)];
}

describe('EasyRTC §5 ICE servers', () => {
  const stage = EasyRtcStage.use({ iceServers, turnUrls, turnSecret: 'north', turnTtlS: 600, keys: testKey });

  it('have credentials that expire, under one random name for each client', async () => {
    const now = Date.now();
    stage.now = () => now;
    const ana = await stage.enter();
    const { stun, users } = read(ana.token);
    expect(stun).to.deep.equal(['stun:a:3478']);
    expect(users.map(({ url }) => url)).to.deep.equal(relays);
    for (const user of users) {
      expect(user).to.include({ expiry: Math.floor(now / 1000) + 600, isSigned: true });
      expect(user.id).to.match(/^[\w-]{12}$/);
    }
    stage.now = () => now + 60_000;
    const [again] = read(await ana.command('getIceConfig')).users;
    expect(again).to.include({ expiry: Math.floor(now / 1000) + 660, id: users[0]?.id });
    const ben = await stage.enter();
    expect(read(ben.token).users.map(({ id }) => id)).to.not.include(users[0]?.id);
    stage.now = Date.now;
  });

  const join = (client: TestClient) => client.command('roomJoin', { roomJoin: { garden: { roomName: 'garden' } } });

  it('hold no TURN server for a client in no room, which gets them as it joins one', async () => {
    const ana = await stage.enter();
    await ana.command('roomLeave', { roomLeave: { default: { roomName: 'default' } } });
    expect(urlsOf(await ana.command('getIceConfig'))).to.deep.equal(['stun:a:3478']);
    await join(ana);
    expect(urlsOf(await ana.pushed('iceConfig'))).to.deep.equal(['stun:a:3478', ...relays]);
    expect(urlsOf(await ana.command('getIceConfig'))).to.deep.equal(['stun:a:3478', ...relays]);
  });

  it('are all there for a client whose token lets it join a room', async () => {
    const token = tokenWith({ sub: 'ana', video: { roomJoin: true, roomPattern: '*' } });
    const ana = await stage.enter({ credential: { token } });
    await ana.command('roomLeave', { roomLeave: { default: { roomName: 'default' } } });
    expect(urlsOf(await ana.command('getIceConfig'))).to.deep.equal(['stun:a:3478', ...relays]);
    await join(ana);
    await ana.command('getIceConfig');
    expect(ana.pushes.filter(({ msgType }) => msgType === 'iceConfig')).to.deep.equal([]);
  });
});

describe('EasyRTC §5 ICE servers where no client enters a room by itself', () => {
  const hooks: { iceServers?: NonNullable<EasyRtcHooks['iceServers']> } = {};
  const stage = EasyRtcStage.use({ easyrtc: { defaultRoomEnabled: false }, turnUrls, turnSecret: 'north' }, hooks);

  it('hold no TURN server in the token, unless the hook says so', async () => {
    expect(urlsOf((await stage.enter()).token)).to.deep.equal([]);
    hooks.iceServers = () => [{ urls: ['turn:hook:1'], username: 'u', credential: 'c' }];
    expect(urlsOf((await stage.enter()).token)).to.deep.equal(['turn:hook:1']);
  });
});

describe('EasyRTC §12 a secret of its own', () => {
  const stage = EasyRtcStage.use({
    easyrtc: { turnSecret: 'south', turnSeconds: 120 },
    turnUrls,
    turnSecret: 'north',
    turnTtlS: 600,
  });

  it('signs the credentials of its clients alone, for as long as it says', async () => {
    const ana = await stage.enter();
    const [user] = read(ana.token, 'south').users;
    expect(user?.isSigned).to.be.true;
    expect(user?.expiry).to.be.closeTo(Date.now() / 1000 + 120, 30);
    const ben = await stage.speaker('ben', 'garden');
    const [other] = readIce(await ben.request('getIceServers', {}), 'north').users;
    expect(other?.isSigned).to.be.true;
    expect(other?.expiry).to.be.closeTo(Date.now() / 1000 + 600, 30);
  });

  it('is said once at the start, with the option for all', async () => {
    const log = new RecordingLog();
    const other = new ServiceStage({ easyrtc: { turnSecret: 'south' } }, { log });
    await other.start();
    await other.stop();
    const said = log.lines.filter(({ message }) => message.includes('EASYRTC_TURN_SECRET'));
    expect(said.map(({ level }) => level)).to.deep.equal(['warn']);
    expect(said[0]?.message).to.match(/\bTURN_SECRET is for the clients of every protocol/);
    expect(JSON.stringify(log.lines)).to.not.include('south');
  });
});
