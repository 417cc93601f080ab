import { expect } from 'chai';
import { EasyRtcStage } from './stage.js';
import { codeOf } from './test-client.js';
import type { TestClient } from './test-client.js';

const v = { apiVersion: '1.1.1-beta' };
const bad = 'MSG_REJECT_BAD_STRUCTURE';
const proto = JSON.parse('{"__proto__":{"roomName":"__proto__"}}') as object;

describe('EasyRTC §5 refused authentications', () => {
  const stage = EasyRtcStage.use();
  // In the order of the table. If two rows apply, the earlier one counts.
  const refusals: [unknown, string][] = [
    [null, 'LOGIN_BAD_AUTH'],
    ['x', 'LOGIN_BAD_AUTH'],
    [[], 'LOGIN_BAD_AUTH'],
    [{ msgType: 'login', msgData: v }, 'LOGIN_BAD_AUTH'],
    [{ msgType: 'authenticate' }, 'LOGIN_BAD_STRUCTURE'],
    [{ msgType: 'authenticate', msgData: null }, 'LOGIN_BAD_STRUCTURE'],
    [{ msgType: 'authenticate', msgData: {} }, 'LOGIN_BAD_STRUCTURE'],
    [{ msgType: 'authenticate', msgData: { apiVersion: 1 } }, 'LOGIN_BAD_STRUCTURE'],
    [{ msgType: 'authenticate', msgData: { apiVersion: '!', roomJoin: null } }, 'LOGIN_BAD_STRUCTURE'],
    [{ msgType: 'authenticate', msgData: { apiVersion: '' } }, bad],
    ...[
      { applicationName: null },
      { applicationName: 'a b' },
      { easyrtcsid: 7 },
      { easyrtcsid: 'a b' },
      { username: '' },
      { username: 'x'.repeat(65) },
      { username: 'a\nb' },
      { username: 'a\u202Eb' },
      { username: 'a\u200Bb' },
      { username: '\ud800' },
      { credential: {} },
      { credential: [] },
      { credential: null },
      { roomJoin: { 'a b': { roomName: 'a b' } } },
      { roomJoin: { hall: null } },
      { roomJoin: { hall: { roomName: 'other' } } },
      { roomJoin: { hall: { roomName: 'hall', roomParameter: 7 } } },
      { roomJoin: ['hall'] },
      { setPresence: {} },
      { setPresence: null },
      { setPresence: { show: 'busy' } },
      { setPresence: { status: null } },
      { setPresence: { status: 'x'.repeat(256) } },
    ].map((part): [unknown, string] => [{ msgType: 'authenticate', msgData: { ...v, ...part } }, bad]),
  ];
  for (const [message, code] of refusals) {
    it(`${JSON.stringify(message).slice(0, 90)} → ${code}, and the socket closes`, async () => {
      const client = await stage.connect();
      expect(await client.refusal('easyrtcAuth', message)).to.equal(code);
      await client.closed;
    });
  }

  it('over polling too the answer comes before the end', async () => {
    const client = await stage.connect({ transports: ['polling'] });
    expect(await client.refusal('easyrtcAuth', null)).to.equal('LOGIN_BAD_AUTH');
    await client.closed;
  });

  it('without a callback the socket is closed, without any argument too', async () => {
    for (const args of [[], [{ msgType: 'authenticate', msgData: v }]]) {
      const client = await stage.connect();
      client.socket.emit('easyrtcAuth', ...args);
      await client.closed;
    }
    const client = await stage.connect();
    const reply = await new Promise((resolve) => client.socket.emit('easyrtcAuth', resolve));
    expect(codeOf(reply as never)).to.equal('LOGIN_BAD_AUTH');
    await client.closed;
  });

  it('names of built-in members of objects are ordinary names', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const client = await stage.enter({ applicationName: name, easyrtcsid: name, roomJoin: proto });
      expect(Object.keys(client.token.msgData?.roomData as object)).to.deep.equal(['__proto__']);
      expect((await client.command('getRoomList')).msgData?.roomList).to.have.all.keys('default', '__proto__');
    }
  });

  it('a refused second authentication ends the client', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    expect(await ana.refusal('easyrtcAuth', { msgType: 'authenticate' })).to.equal('LOGIN_BAD_STRUCTURE');
    await ana.closed;
    await ben.take((push) => push.msgData?.roomData?.default?.clientListDelta?.removeClient !== undefined);
  });
});

describe('EasyRTC §5 rows 12 to 14 and §6.4 rooms that cannot be entered', () => {
  const stage = EasyRtcStage.use({
    easyrtc: { applicationAutoCreate: false, applications: ['known'], roomAutoCreate: false, roomMaxConnections: 2 },
  });
  const login = (msgData: object): object => ({ msgType: 'authenticate', msgData: { ...v, ...msgData } });
  const hall = { hall: { roomName: 'hall' } };

  it('answer LOGIN_APP_AUTH_FAIL, LOGIN_BAD_ROOM, LOGIN_GEN_FAIL and MSG_REJECT_BAD_ROOM', async () => {
    const refusal = async (message: object): Promise<string> => (await stage.connect()).refusal('easyrtcAuth', message);
    expect(await refusal(login({ applicationName: 'unknown', roomJoin: hall }))).to.equal('LOGIN_APP_AUTH_FAIL');
    expect(await refusal(login({ applicationName: 'known', roomJoin: hall }))).to.equal('LOGIN_BAD_ROOM');
    const ana = await stage.enter();
    await stage.enter();
    expect(await refusal(login({}))).to.equal('LOGIN_GEN_FAIL');
    expect(codeOf(await ana.command('roomJoin', { roomJoin: hall })), 'unknown').to.equal('MSG_REJECT_BAD_ROOM');
    const again = { roomJoin: { default: { roomName: 'default' } } };
    expect(codeOf(await ana.command('roomJoin', again)), 'a full room that the client is in').to.equal('roomData');
  });

  it('leave nothing behind: a client joins all rooms or none', async () => {
    await stage.speaker('kurt', 'hall');
    await stage.speaker('kara', 'full');
    await stage.speaker('karl', 'full');
    const ana = await stage.enter();
    ana.pushes.length = 0;
    const both = { roomJoin: { hall: { roomName: 'hall' }, full: { roomName: 'full' } } };
    expect(codeOf(await ana.command('roomJoin', both))).to.equal('MSG_REJECT_BAD_ROOM');
    expect((await ana.command('getRoomList')).msgData?.roomList?.hall?.numberClients).to.equal(1);
    const ben = await stage.connect();
    expect(await ben.refusal('easyrtcAuth', login(both))).to.equal('LOGIN_GEN_FAIL');
    expect((await ana.command('getRoomList')).msgData?.roomList?.hall?.numberClients, 'no ghost').to.equal(1);
  });
});

describe('EasyRTC §6 and §8 refused requests', () => {
  const stage = EasyRtcStage.use();
  const data = 'MSG_REJECT_BAD_DATA';
  const commands: [unknown, string][] = [
    [null, bad],
    [7, bad],
    [{}, 'MSG_REJECT_BAD_TYPE'],
    [[], 'MSG_REJECT_BAD_TYPE'],
    ...['stillAlive', '__proto__', 'constructor', 'toString', '', 7, null].map((msgType): [unknown, string] => [
      { msgType },
      'MSG_REJECT_BAD_TYPE',
    ]),
    ...['offer', 'answer', 'candidate'].flatMap((msgType): [unknown, string][] => [
      [{ msgType, targetEasyrtcid: 7 }, data],
      [{ msgType, msgData: {} }, data],
      [{ msgType, msgData: [] }, data],
      [{ msgType, msgData: 'x' }, data],
      [{ msgType, msgData: null }, data],
      [{ msgType, msgData: { a: 1 } }, bad],
      [{ msgType, msgData: [1], targetEasyrtcid: 'a b' }, bad],
      [{ msgType, msgData: { a: 1 }, targetEasyrtcid: 'nobody' }, 'MSG_REJECT_TARGET_EASYRTCID'],
      [{ msgType, msgData: { a: 1 }, targetEasyrtcid: '__proto__' }, 'MSG_REJECT_TARGET_EASYRTCID'],
    ]),
    ...['reject', 'hangup'].flatMap((msgType): [unknown, string][] => [
      [{ msgType, msgData: null, targetEasyrtcid: 'nobody' }, data],
      [{ msgType, msgData: {} }, data],
      [{ msgType }, bad],
      [{ msgType, targetEasyrtcid: 'nobody' }, 'MSG_REJECT_TARGET_EASYRTCID'],
    ]),
    [{ msgType: 'getIceConfig', msgData: { a: 1 } }, data],
    [{ msgType: 'getIceConfig', msgData: 'x' }, data],
    [{ msgType: 'getRoomList', msgData: {} }, data],
    [{ msgType: 'getRoomList', msgData: null }, data],
    [{ msgType: 'roomJoin' }, data],
    [{ msgType: 'roomJoin', msgData: {} }, bad],
    [{ msgType: 'roomJoin', msgData: { roomJoin: {} } }, bad],
    [{ msgType: 'roomJoin', msgData: { roomJoin: [] } }, bad],
    [{ msgType: 'roomJoin', msgData: { roomJoin: null } }, bad],
    [{ msgType: 'roomJoin', msgData: { roomJoin: { hall: { roomName: 'x' } } } }, bad],
    [{ msgType: 'roomLeave', msgData: 7 }, data],
    [{ msgType: 'roomLeave', msgData: { roomLeave: null } }, bad],
    [{ msgType: 'roomLeave', msgData: { roomLeave: { hall: {} } } }, bad],
    [{ msgType: 'setPresence' }, data],
    [{ msgType: 'setPresence', msgData: { setPresence: {} } }, bad],
    [{ msgType: 'setPresence', msgData: { setPresence: { show: 'chat', status: 7 } } }, bad],
    [{ msgType: 'setPresence', msgData: { setPresence: { type: 'x'.repeat(5000) } } }, bad],
    [{ msgType: 'setRoomApiField' }, data],
    [{ msgType: 'setRoomApiField', msgData: { setRoomApiField: {} } }, bad],
    [{ msgType: 'setRoomApiField', msgData: { setRoomApiField: { field: null } } }, 'MSG_REJECT_BAD_ROOM'],
    [{ msgType: 'setRoomApiField', msgData: { setRoomApiField: { roomName: 'default', field: null } } }, bad],
    [
      { msgType: 'setRoomApiField', msgData: { setRoomApiField: { roomName: 'x', field: { a: 'x'.repeat(4088) } } } },
      'MSG_REJECT_BAD_SIZE',
    ],
    [
      { msgType: 'setRoomApiField', msgData: { setRoomApiField: { roomName: 'x', field: { a: 'x'.repeat(4087) } } } },
      'MSG_REJECT_BAD_ROOM',
    ],
    [{ msgType: 'setUserCfg' }, data],
    [{ msgType: 'setUserCfg', msgData: { setUserCfg: {} } }, bad],
    [{ msgType: 'setUserCfg', msgData: { setUserCfg: { p2pList: {} } } }, bad],
    [{ msgType: 'setUserCfg', msgData: { setUserCfg: { a: 1, userSettings: null } } }, bad],
  ];
  const id = 'MSG_REJECT_TARGET_EASYRTCID';
  const messages: [unknown, string][] = [
    [null, bad],
    [{ targetEasyrtcid: 7 }, 'MSG_REJECT_BAD_TYPE'],
    [{ msgType: 'x'.repeat(257), targetRoom: 'default' }, 'MSG_REJECT_BAD_TYPE'],
    [{ msgType: 'a\nb', targetRoom: 'default' }, 'MSG_REJECT_BAD_TYPE'],
    [{ msgType: 'message', msgData: 'x'.repeat(16_385), targetRoom: 'default' }, 'MSG_REJECT_BAD_DATA'],
    [{ msgType: 'x', targetEasyrtcid: null, targetGroup: 7 }, id],
    [{ msgType: 'x', targetEasyrtcid: 'self', targetGroup: 7 }, 'MSG_REJECT_TARGET_GROUP'],
    [{ msgType: 'x', targetGroup: 'g', targetRoom: 'a b' }, 'MSG_REJECT_TARGET_ROOM'],
    [{ msgType: 'x', targetEasyrtcid: 'nobody' }, 'MSG_REJECT_GEN_FAIL'],
    [{ msgType: 'x', targetRoom: 'elsewhere' }, 'MSG_REJECT_TARGET_ROOM'],
    [{ msgType: 'x', targetRoom: '__proto__' }, 'MSG_REJECT_TARGET_ROOM'],
    [{ msgType: 'x', targetGroup: 'constructor' }, 'MSG_REJECT_TARGET_GROUP'],
    [{ msgType: 'x' }, 'ack'],
  ];

  it('have the codes of the tables, in their order, and the connection lives on', async () => {
    const ana = await stage.enter();
    for (const [message, code] of commands) {
      expect(await ana.refusal('easyrtcCmd', message), JSON.stringify(message).slice(0, 200)).to.equal(code);
    }
    for (const [message, code] of messages) {
      expect(await ana.refusal('easyrtcMsg', message), JSON.stringify(message)).to.equal(code);
    }
    await ana.settle();
  });

  it('to a client: itself, a room that is not common, a group', async () => {
    const ana = await stage.enter({ roomJoin: { one: { roomName: 'one' } } });
    const ben = await stage.enter({ roomJoin: { two: { roomName: 'two' } } });
    const send = (from: TestClient, targets: object): Promise<string> =>
      from.refusal('easyrtcMsg', { msgType: 'x', ...targets });
    expect(await send(ana, { targetEasyrtcid: ana.id })).to.equal(id);
    expect(await send(ana, { targetEasyrtcid: ben.id, targetRoom: 'one' })).to.equal('MSG_REJECT_TARGET_ROOM');
    expect(await send(ana, { targetEasyrtcid: ben.id, targetRoom: 'two' })).to.equal('MSG_REJECT_TARGET_ROOM');
    expect(await send(ana, { targetEasyrtcid: ben.id, targetGroup: 'g' })).to.equal('MSG_REJECT_TARGET_GROUP');
    const far = await stage.enter({ applicationName: 'far' });
    expect(await send(ana, { targetEasyrtcid: far.id })).to.equal('MSG_REJECT_GEN_FAIL');
    expect(codeOf(await ana.command('hangup', undefined, far.id))).to.equal(id);
  });

  it('before authentication are answered with MSG_REJECT_NO_AUTH', async () => {
    const ana = await stage.connect();
    for (const event of ['easyrtcCmd', 'easyrtcMsg'] as const) {
      expect(await ana.refusal(event, { msgType: 'getRoomList' })).to.equal('MSG_REJECT_NO_AUTH');
    }
    await ana.authenticate();
  });

  it('without a callback do nothing', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    ana.socket.emit('easyrtcCmd', { msgType: 'setPresence', msgData: { setPresence: { show: 'dnd' } } });
    ana.socket.emit('easyrtcMsg', { msgType: 'x', targetRoom: 'default' });
    ana.socket.emit('easyrtcCmd');
    ana.socket.emit('something else', null);
    await ana.settle();
    await ben.settle();
    expect(ben.pushes).to.deep.equal([]);
  });
});
