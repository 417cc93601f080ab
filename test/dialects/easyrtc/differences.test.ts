import { expect } from 'chai';
import { errorTexts } from '../../../dialects/easyrtc/errors.js';
import { EasyRtcStage } from './stage.js';
import { codeOf } from './test-client.js';

const rooms = (...names: string[]): object => Object.fromEntries(names.map((roomName) => [roomName, { roomName }]));
const away = { setPresence: { show: 'away' } };
const raised = { hand: { fieldName: 'hand', fieldValue: true } };
const login = (msgData: object): object => ({ msgType: 'authenticate', msgData: { apiVersion: '1', ...msgData } });

/** The rows of the table that compares the document, the original and this server. */
describe('EasyRTC §14 differences', () => {
  const iceServers = [{ urls: ['stun:a:3478', 'stun:b:3478'] }];
  const stage = EasyRtcStage.use(
    { easyrtc: { roomMaxConnections: 3, connectionFields: { role: 'guest' } } },
    { iceServers: () => iceServers },
  );

  it('1: the token has the time at the top and inside', async () => {
    const { token } = await stage.enter();
    expect(token.serverTime).to.be.a('number');
    expect(token.msgData?.serverTime).to.be.a('number');
  });

  it('2: replies have the time as events do', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    for (const [msgType, msgData] of [['getRoomList'], ['roomJoin', { roomJoin: rooms('side') }]] as const) {
      expect((await ben.command(msgType, msgData)).serverTime).to.be.a('number');
    }
    expect((await ana.pushed('roomData')).serverTime).to.be.a('number');
  });

  it('3: a token comes as a reply only, also the second one', async () => {
    const ana = await stage.enter();
    await ana.authenticate();
    await ana.settle();
    expect(ana.pushes).to.deep.equal([]);
  });

  it('4: ICE servers have their addresses in urls, an array, and the first one in url', async () => {
    const ana = await stage.enter();
    expect(ana.token.msgData?.iceConfig?.iceServers).to.deep.equal([
      { url: 'stun:a:3478', urls: ['stun:a:3478', 'stun:b:3478'] },
    ]);
  });

  it('5: api fields belong to one room, and its map is replaced as a whole', async () => {
    const ana = await stage.enter({ roomJoin: rooms('one', 'two') });
    for (const field of [raised, { other: { fieldName: 'other', fieldValue: '' } }]) {
      await ana.command('setRoomApiField', { setRoomApiField: { roomName: 'one', field } });
    }
    const roomData = (await ana.command('roomJoin', { roomJoin: rooms('one', 'two') })).msgData?.roomData;
    expect(roomData?.one?.clientList?.[ana.id]?.apiField).to.have.all.keys('other');
    expect(roomData?.two?.clientList?.[ana.id]).not.to.have.property('apiField');
  });

  it('6: setUserCfg is checked and dropped', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    const setUserCfg = { userSettings: { a: null }, apiField: raised };
    expect(codeOf(await ana.command('setUserCfg', { setUserCfg }))).to.equal('ack');
    expect(codeOf(await ana.command('setUserCfg', { setUserCfg: {} }))).to.equal('MSG_REJECT_BAD_STRUCTURE');
    const cara = await stage.enter();
    expect(cara.token.msgData?.roomData?.default?.clientList?.[ana.id]).not.to.have.property('apiField');
    await ben.pushed('roomData');
    await ben.settle();
    expect(ben.pushes).to.deep.equal([]);
  });

  it('7: sessionData that is pushed has sessionStatus', async () => {
    const ana = await stage.enter({ easyrtcsid: 's1' });
    expect(ana.token.msgData?.sessionData).not.to.have.property('sessionStatus');
    stage.gateway.control.setSessionFields('default', 's1', { a: 1 });
    expect((await ana.pushed('sessionData')).msgData?.sessionData?.sessionStatus).to.equal('update');
  });

  it('8: deltas have api fields, also none, after setPresence and after a clearing', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    const told = async (): Promise<unknown> =>
      (await ben.pushed('roomData')).msgData?.roomData?.default?.clientListDelta?.updateClient?.[ana.id]?.apiField;
    await ana.command('setPresence', away);
    expect(await told()).to.deep.equal({});
    await ana.command('setRoomApiField', { setRoomApiField: { roomName: 'default', field: raised } });
    expect(await told()).to.deep.equal(raised);
    await ana.command('setPresence', away);
    expect(await told()).to.deep.equal(raised);
    await ana.command('setRoomApiField', { setRoomApiField: { roomName: 'default' } });
    expect(await told()).to.deep.equal({});
  });

  it('9: a second authentication doubles nothing, and leaves the old application', async () => {
    const ana = await stage.enter();
    await ana.authenticate({ applicationName: 'other' });
    const ben = await stage.enter({ applicationName: 'other' });
    const cara = await stage.enter();
    expect(cara.token.msgData?.roomData?.default?.clientList).to.have.all.keys(cara.id);
    expect(await ana.refusal('easyrtcMsg', { msgType: 'x', targetEasyrtcid: ben.id })).to.equal('ack');
    await ben.settle();
    expect(ben.pushes.map(({ msgType }) => msgType)).to.deep.equal(['x']);
  });

  it('10: several rooms are entered all or none', async () => {
    for (let index = 0; index < 3; index += 1) await stage.enter({ roomJoin: rooms('full') });
    const ana = await stage.enter();
    const both = { roomJoin: rooms('new', 'full') };
    expect(codeOf(await ana.command('roomJoin', both))).to.equal('MSG_REJECT_BAD_ROOM');
    expect(await (await stage.connect()).refusal('easyrtcAuth', login(both))).to.equal('LOGIN_GEN_FAIL');
    expect((await ana.command('getRoomList')).msgData?.roomList).to.have.all.keys('default', 'full');
  });

  it('11: a client that is in a full room can join it again', async () => {
    const ana = await stage.enter();
    await stage.enter();
    await stage.enter();
    expect(codeOf(await ana.command('roomJoin', { roomJoin: rooms('default') }))).to.equal('roomData');
  });

  it('12: a message without a target is acknowledged', async () => {
    const ana = await stage.enter();
    expect(await ana.refusal('easyrtcMsg', { msgType: 'x' })).to.equal('ack');
  });

  it('13: before authentication the answer is MSG_REJECT_NO_AUTH', async () => {
    const ana = await stage.connect();
    expect(await ana.refusal('easyrtcMsg', { msgType: 'x' })).to.equal('MSG_REJECT_NO_AUTH');
  });

  it('14: a target elsewhere has one code for signals and another for messages', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter({ applicationName: 'other' });
    expect(codeOf(await ana.command('hangup', undefined, ben.id))).to.equal('MSG_REJECT_TARGET_EASYRTCID');
    const message = { msgType: 'x', targetEasyrtcid: ben.id };
    expect(await ana.refusal('easyrtcMsg', message)).to.equal('MSG_REJECT_GEN_FAIL');
  });

  it('15: a room and a group together reach nobody', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    const message = { msgType: 'x', targetRoom: 'default', targetGroup: 'g' };
    expect(await ana.refusal('easyrtcMsg', message)).to.equal('ack');
    await ben.settle();
    expect(ben.pushes).to.deep.equal([]);
  });

  it('16: entries say nothing of the browser, the system or the device', async () => {
    const ana = await stage.enter({ username: 'Ana' });
    expect(ana.token.msgData?.roomData?.default?.clientList?.[ana.id]).to.have.all.keys(
      'easyrtcid',
      'roomJoinTime',
      'presence',
      'username',
    );
  });

  it('17: the token has no groupList; forwardToUrl and iceConfig are sent when the program asks for it', async () => {
    const ana = await stage.enter();
    expect(ana.token.msgData).not.to.have.property('groupList');
    stage.gateway.control.forwardToUrl(ana.id, 'https://elsewhere.example/');
    await ana.pushed('forwardToUrl');
    await stage.gateway.control.renewIceConfig(ana.id);
    expect((await ana.pushed('iceConfig')).msgData?.iceConfig?.iceServers).to.have.lengthOf(1);
  });

  it('18: a newcomer is announced once', async () => {
    const ana = await stage.enter();
    await stage.enter();
    await ana.settle();
    expect(ana.pushes).to.have.lengthOf(1);
  });

  it('19: events name their receiver', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    await ben.ask('easyrtcMsg', { msgType: 'x', targetRoom: 'default' });
    expect([(await ana.pushed('roomData')).easyrtcid, (await ana.pushed('x')).easyrtcid]).to.deep.equal([
      ana.id,
      ana.id,
    ]);
  });

  it('20: an empty room is not listed, except the default room', async () => {
    const ana = await stage.enter({ roomJoin: rooms('one') });
    await ana.command('roomLeave', { roomLeave: rooms('one') });
    const roomList = (await ana.command('getRoomList')).msgData?.roomList;
    expect(roomList).to.deep.equal({ default: { roomName: 'default', numberClients: 0 } });
  });

  it('21: an easyrtcsid has up to 100 characters, % among them, a version may have +, and there is no stillAlive', async () => {
    const ana = await stage.enter({ apiVersion: '1.1+x', easyrtcsid: `%${'a'.repeat(99)}` });
    expect(codeOf(await ana.command('stillAlive'))).to.equal('MSG_REJECT_BAD_TYPE');
    const long = login({ easyrtcsid: 'a'.repeat(101) });
    expect(await (await stage.connect()).refusal('easyrtcAuth', long)).to.equal('MSG_REJECT_BAD_STRUCTURE');
  });

  it('22: fields of connections are an object of values, told in the token', async () => {
    const ana = await stage.enter();
    expect(ana.token.msgData?.field).to.deep.equal({ role: { fieldName: 'role', fieldValue: 'guest' } });
  });
});

/** One way to get each code that this server sends. */
describe('EasyRTC §11 error codes', () => {
  const stage = EasyRtcStage.use(
    { easyrtc: { applicationAutoCreate: false, roomAutoCreate: false, roomMaxConnections: 2, hookTimeoutMs: 1000 } },
    { authenticate: ({ username }) => username !== 'Eve' },
  );
  const shown = new Set<string>();
  const shows = (code: keyof typeof errorTexts, how: string, act: () => Promise<string>): void => {
    shown.add(code);
    it(`${code}: ${how}`, async () => {
      expect(await act()).to.equal(code);
    });
  };
  const refused = async (message: unknown): Promise<string> => {
    const client = await stage.connect();
    const code = await client.refusal('easyrtcAuth', message);
    await client.closed;
    return code;
  };
  const command = async (msgType: string, msgData?: unknown, target?: string): Promise<string> =>
    codeOf(await (await stage.enter()).command(msgType, msgData, target));
  const message = async (targets: object): Promise<string> =>
    (await stage.enter()).refusal('easyrtcMsg', { msgType: 'x', ...targets });

  shows('LOGIN_BAD_AUTH', 'the hook refuses, and the socket closes', () => refused(login({ username: 'Eve' })));
  shows('LOGIN_BAD_STRUCTURE', 'no version', () => refused({ msgType: 'authenticate', msgData: {} }));
  shows('LOGIN_APP_AUTH_FAIL', 'an unknown application', () => refused(login({ applicationName: 'none' })));
  shows('LOGIN_BAD_ROOM', 'an unknown room', () => refused(login({ roomJoin: rooms('none') })));
  shows('LOGIN_GEN_FAIL', 'a full room', async () => {
    await stage.enter();
    await stage.enter();
    return refused(login({}));
  });
  shows('MSG_REJECT_BAD_DATA', 'data where none belongs', () => command('getRoomList', {}));
  shows('MSG_REJECT_BAD_STRUCTURE', 'no room named', () => command('roomJoin', { roomJoin: {} }));
  shows('MSG_REJECT_BAD_TYPE', 'an unknown command', () => command('none'));
  shows('MSG_REJECT_BAD_ROOM', 'an unknown room', () => command('roomJoin', { roomJoin: rooms('none') }));
  shows('MSG_REJECT_BAD_SIZE', 'an api field of 4096 characters', () => {
    const field = { a: 'x'.repeat(4096 - '{"a":""}'.length) };
    return command('setRoomApiField', { setRoomApiField: { roomName: 'default', field } });
  });
  shows('MSG_REJECT_GEN_FAIL', 'a message to nobody', () => message({ targetEasyrtcid: 'none' }));
  shows('MSG_REJECT_NO_AUTH', 'before authentication', async () =>
    (await stage.connect()).refusal('easyrtcCmd', { msgType: 'getRoomList' }),
  );
  shows('MSG_REJECT_TARGET_EASYRTCID', 'an offer to nobody', () => command('offer', { sdp: '' }, 'none'));
  shows('MSG_REJECT_TARGET_GROUP', 'there are no groups', () => message({ targetGroup: 'g' }));
  shows('MSG_REJECT_TARGET_ROOM', 'a room one is not in', () => message({ targetRoom: 'side' }));

  it('the codes of limits and of the end are tested in other files, and there are no others', () => {
    // hostile.test.ts, bridge.test.ts
    const elsewhere = ['LOGIN_NO_SOCKETS', 'LOGIN_TIMEOUT', 'SERVER_SHUTDOWN'];
    expect([...shown, ...elsewhere]).to.have.members(Object.keys(errorTexts));
  });
});
