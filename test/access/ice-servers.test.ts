import { expect } from 'chai';
import { IceServers } from '../../access/index.js';
import type { IceSettings } from '../../access/ice-servers.js';
import { TestClient } from '../dialects/easyrtc/test-client.js';
import { RecordingLog } from '../support/recording-log.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';
import { testKey, tokenWith } from '../support/tokens.js';
import { readIce } from '../support/turn-credentials.js';

describe('ICE servers', () => {
  let settings: IceSettings;
  const ice = new IceServers(
    () => settings,
    () => 1_000_000,
  );
  const ana = {};
  beforeEach(() => {
    settings = { iceServers: [], turnUrls: ['turn:t:1'], turnSecret: 'north', turnTtlS: 600 };
  });

  it('have the user name EXPIRY:ID and the signature that coturn expects', () => {
    const [server] = ice.of(ana).iceServers;
    expect(server?.username).to.match(/^1600:[\w-]{12}$/);
    expect(readIce(ice.of(ana), 'north').users.map(({ isSigned }) => isSigned)).to.deep.equal([true]);
  });

  it('follow the settings, and a participant keeps its name', () => {
    const [first] = readIce(ice.of(ana), 'north').users;
    settings = { ...settings, turnUrls: ['turns:u:2'], turnSecret: 'south', turnTtlS: 60 };
    const { users, ttlS } = readIce(ice.of(ana), 'south');
    expect(ttlS).to.equal(60);
    expect(users).to.deep.equal([{ url: 'turns:u:2', expiry: 1060, id: first?.id, isSigned: true }]);
  });

  it('have no TURN server for which there are no credentials: browsers refuse the whole list then', () => {
    const known = { urls: ['turn:k:1'], username: 'u', credential: 'c' };
    settings = {
      iceServers: [{ urls: ['stun:s:1'] }, { urls: ['turn:o:1'] }, known],
      turnUrls: [],
      turnSecret: '',
      turnTtlS: 60,
    };
    expect(ice.of(ana)).to.deep.equal({ iceServers: [{ urls: ['stun:s:1'] }, known] });
    expect(ice.open).to.deep.equal([{ urls: ['stun:s:1'] }]);
  });

  it('do not expire where there is no TURN server', () => {
    settings = { ...settings, iceServers: [{ urls: ['stun:s:1'] }], turnUrls: [] };
    expect(ice.of(ana)).to.deep.equal({ iceServers: [{ urls: ['stun:s:1'] }] });
  });

  it('are in no line of the log, at debug neither, however they were asked for', async () => {
    const log = new RecordingLog();
    const stage = new ServiceStage({ keys: testKey, turnUrls: ['turn:t:1'], turnSecret: 'n0rth-secret' }, { log });
    const url = await stage.start();
    const token = tokenWith({ sub: 'ana', video: { roomJoin: true, room: 'r' } });
    const rpc = await RpcClient.connect(url, { path: `room?access_token=${token}` });
    const told: unknown[] = [
      await rpc.request('joinRoom', { user: 'ana', room: 'r', features: ['ice'] }),
      await rpc.request('getIceServers', {}),
      await (await fetch(`${url}api/v1/ice-servers`, { headers: { Authorization: `Bearer ${token}` } })).json(),
    ];
    const easyrtc = await TestClient.connect(stage.origin, {});
    await easyrtc.authenticate({});
    told.push(easyrtc.token.msgData?.iceConfig, (await easyrtc.command('getIceConfig')).msgData?.iceConfig);
    rpc.cut();
    easyrtc.cut();
    await stage.stop();
    const secrets = told.flatMap((each) => [...JSON.stringify(each).matchAll(/"(?:credential|username)":"([^"]+)"/g)]);
    expect(secrets).to.have.lengthOf(2 * told.length);
    const lines = JSON.stringify(log.lines);
    for (const secret of [...secrets.map(([, text = '']) => text), 'n0rth-secret', token]) {
      expect(lines).to.not.include(secret);
    }
  });
});
