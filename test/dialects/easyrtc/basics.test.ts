import { expect } from 'chai';
import { until } from '../../support/until.js';
import { EasyRtcStage } from './stage.js';

const rooms = (...names: string[]): object => Object.fromEntries(names.map((roomName) => [roomName, { roomName }]));
const away = { setPresence: { show: 'away', status: 'lunch' } };

describe('EasyRTC §5 authentication', () => {
  const stage = EasyRtcStage.use({
    easyrtc: { applicationFields: { motto: 'hi' }, connectionFields: { role: 'guest' } },
  });

  it('answers a complete token, over polling, WebSocket and an upgrade', async () => {
    for (const options of [{ transports: ['polling'] }, { transports: ['websocket'] }, {}]) {
      const client = await stage.enter({ applicationName: 'demo', username: 'Ada', easyrtcsid: 's%3Aabc' }, options);
      expect(client.id).to.match(/^[A-Za-z0-9]{16}$/);
      const { msgData, serverTime } = client.token;
      expect(serverTime).to.be.a('number');
      const roomJoinTime = msgData?.roomData?.default?.clientList?.[client.id]?.roomJoinTime;
      expect(msgData).to.deep.equal({
        easyrtcid: client.id,
        serverTime: msgData?.serverTime,
        application: { applicationName: 'demo', field: { motto: { fieldName: 'motto', fieldValue: 'hi' } } },
        iceConfig: { iceServers: [] },
        field: { role: { fieldName: 'role', fieldValue: 'guest' } },
        sessionData: { easyrtcsid: 's%3Aabc', field: {} },
        roomData: {
          default: {
            roomName: 'default',
            roomStatus: 'join',
            clientList: {
              [client.id]: {
                easyrtcid: client.id,
                roomJoinTime,
                presence: { show: 'chat', status: null },
                username: 'Ada',
              },
            },
          },
        },
      });
      await stage.clear();
    }
  });

  it('announces a newcomer to the others once, and shows the others to the newcomer', async () => {
    const ana = await stage.enter({ username: 'Ana' });
    const ben = await stage.enter({ username: 'Ben', ...away });
    const news = await ana.pushed('roomData');
    expect(news.easyrtcid).to.equal(ana.id);
    expect(news.msgData?.roomData?.default?.clientListDelta?.updateClient?.[ben.id]).to.deep.include({
      username: 'Ben',
      presence: { show: 'away', status: 'lunch' },
      apiField: {},
    });
    expect(Object.keys(ben.token.msgData?.roomData?.default?.clientList ?? {})).to.have.members([ana.id, ben.id]);
    await ana.settle();
    expect(ana.pushes, 'once').to.deep.equal([]);
  });

  it('a second one on the same socket keeps the id, adds rooms, and changes the named values', async () => {
    const ana = await stage.enter({ username: 'Ana', roomJoin: rooms('hall') });
    const ben = await stage.enter({ roomJoin: rooms('hall') });
    const { id } = ana;
    ana.pushes.length = 0;
    const token = await ana.authenticate({ username: 'Anna', roomJoin: rooms('side') });
    expect(ana.id).to.equal(id);
    expect(Object.keys(token.msgData?.roomData ?? {})).to.have.members(['hall', 'side']);
    const news = await ben.pushed('roomData');
    expect(news.msgData?.roomData?.hall?.clientList?.[id]?.username, 'the full list').to.equal('Anna');
    await ana.command('setPresence', away);
    await ben.settle();
    expect(ben.pushes, 'nothing comes twice').to.have.lengthOf(1);
  });

  it('for another application leaves the old one and keeps the id', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    const { id } = ana;
    await ana.authenticate({ applicationName: 'other' });
    expect(ana.id).to.equal(id);
    const news = await ben.take((push) => push.msgData?.roomData?.default?.clientListDelta?.removeClient !== undefined);
    expect(news.msgData?.roomData?.default?.clientListDelta?.removeClient).to.deep.equal({ [id]: { easyrtcid: id } });
    expect((await ben.command('hangup', undefined, id)).msgData?.errorCode).to.equal('MSG_REJECT_TARGET_EASYRTCID');
  });
});

describe('EasyRTC §6 commands', () => {
  const stage = EasyRtcStage.use({ easyrtc: { roomFields: { colour: 'red' } } });

  for (const [msgType, msgData] of [
    ['offer', { type: 'offer', sdp: 'v=0' }],
    ['answer', { type: 'answer', sdp: 'v=0' }],
    ['candidate', { type: 'candidate', label: 0, id: '0', candidate: 'candidate:1' }],
    ['reject', undefined],
    ['hangup', undefined],
  ] as const) {
    it(`${msgType} is relayed unchanged, also without a common room`, async () => {
      const ana = await stage.enter({ roomJoin: rooms('one') });
      const ben = await stage.enter({ roomJoin: rooms('two') });
      expect((await ana.command(msgType, msgData, ben.id)).msgType).to.equal('ack');
      const { serverTime, ...push } = await ben.pushed(msgType);
      expect(serverTime).to.be.a('number');
      expect(push).to.deep.equal({
        event: 'easyrtcCmd',
        msgType,
        easyrtcid: ben.id,
        senderEasyrtcid: ana.id,
        ...(msgData && { msgData }),
      });
      expect((await ana.command(msgType, msgData, ana.id)).msgType, 'to oneself too').to.equal('ack');
      await ana.pushed(msgType);
    });
  }

  it('getIceConfig takes anything that is empty', async () => {
    const ana = await stage.enter();
    for (const msgData of [undefined, {}, [], '', null, 7, true]) {
      const reply = await ana.ask('easyrtcCmd', { msgType: 'getIceConfig', msgData });
      expect(reply.msgData).to.deep.equal({ iceConfig: { iceServers: [] } });
      expect(reply.serverTime).to.be.a('number');
    }
  });

  it('getRoomList counts everybody; the default room is always listed, others only while they are not empty', async () => {
    const ana = await stage.enter({ roomJoin: rooms('hall', 'side') });
    await stage.enter({ roomJoin: rooms('hall') });
    await stage.enter({ applicationName: 'elsewhere', roomJoin: rooms('hidden') });
    expect((await ana.command('getRoomList')).msgData?.roomList).to.deep.equal({
      default: { roomName: 'default', numberClients: 0 },
      hall: { roomName: 'hall', numberClients: 2 },
      side: { roomName: 'side', numberClients: 1 },
    });
    await ana.command('roomLeave', { roomLeave: rooms('side') });
    expect((await ana.command('getRoomList')).msgData?.roomList).to.have.all.keys('default', 'hall');
  });

  it('roomJoin answers with the clients of the rooms; repeated, it answers the same, and the others are told', async () => {
    const ana = await stage.enter({ roomJoin: rooms('hall') });
    const ben = await stage.enter({ roomJoin: rooms('hall') });
    const first = await ana.command('roomJoin', { roomJoin: rooms('side') });
    expect(Object.keys(first.msgData?.roomData ?? {})).to.deep.equal(['side']);
    expect(first.msgData?.roomData?.side).to.deep.include({
      roomStatus: 'join',
      field: { colour: { fieldName: 'colour', fieldValue: 'red' } },
    });
    const time = ana.token.msgData?.roomData?.hall?.clientList?.[ana.id]?.roomJoinTime;
    const again = await ana.command('roomJoin', { roomJoin: { hall: { roomName: 'hall', roomParameter: 7 } } });
    expect(again.msgData?.roomData?.hall?.clientList).to.have.all.keys(ana.id, ben.id);
    expect(again.msgData?.roomData?.hall?.clientList?.[ana.id]?.roomJoinTime).to.equal(time);
    const news = await ben.pushed('roomData');
    expect(news.msgData?.roomData?.hall?.clientListDelta?.updateClient).to.have.all.keys(ana.id);
  });

  it('roomLeave tells the others and forgets api fields; a room that the client is not in is no error', async () => {
    const ana = await stage.enter({ roomJoin: rooms('hall') });
    const ben = await stage.enter({ roomJoin: rooms('hall') });
    const field = { hand: { fieldName: 'hand', fieldValue: true } };
    await ana.command('setRoomApiField', { setRoomApiField: { roomName: 'hall', field } });
    const reply = await ana.command('roomLeave', { roomLeave: rooms('hall', 'nowhere') });
    expect(reply.msgData?.roomData).to.deep.equal({
      hall: { roomName: 'hall', roomStatus: 'leave' },
      nowhere: { roomName: 'nowhere', roomStatus: 'leave' },
    });
    await ben.take((push) => push.msgData?.roomData?.hall?.clientListDelta?.removeClient?.[ana.id] !== undefined);
    expect((await ana.command('roomLeave', { roomLeave: {} })).msgData?.roomData).to.deep.equal({});
    const back = await ana.command('roomJoin', { roomJoin: rooms('hall') });
    expect(back.msgData?.roomData?.hall?.clientList?.[ana.id]).not.to.have.property('apiField');
  });

  it('setPresence changes only the named values; a client that shares several rooms is told once', async () => {
    const ana = await stage.enter({ roomJoin: rooms('one', 'two') });
    const ben = await stage.enter({ roomJoin: rooms('one', 'two') });
    const reply = await ana.command('setPresence', { setPresence: { status: 'here', type: [1], other: 1 } });
    const presence = { show: 'chat', status: 'here', type: [1] };
    expect(reply.msgData?.roomData?.one?.clientListDelta?.updateClient?.[ana.id]?.presence).to.deep.equal(presence);
    const news = await ben.pushed('roomData');
    expect(news.msgData?.roomData).to.have.all.keys('one', 'two');
    expect(news.msgData?.roomData?.two?.clientListDelta?.updateClient?.[ana.id]).to.deep.include({
      presence,
      apiField: {},
    });
    await ben.settle();
    expect(ben.pushes).to.deep.equal([]);
    await ana.command('roomLeave', { roomLeave: rooms('one', 'two') });
    expect((await ana.command('setPresence', away)).msgData?.roomData).to.deep.equal({});
  });

  it('setRoomApiField replaces the map of one room, and tells also a cleared one', async () => {
    const ana = await stage.enter({ roomJoin: rooms('hall') });
    const ben = await stage.enter({ roomJoin: rooms('hall') });
    const field = { hand: { fieldName: 'hand', fieldValue: true } };
    for (const [given, seen] of [
      [field, field],
      [{ __proto__: null, other: 1 }, { other: 1 }],
      [undefined, {}],
    ]) {
      const reply = await ana.command('setRoomApiField', { setRoomApiField: { roomName: 'hall', field: given } });
      expect(reply.msgData?.roomData?.hall?.clientListDelta?.updateClient?.[ana.id]?.apiField).to.deep.equal(seen);
      const news = await ben.pushed('roomData');
      expect(news.msgData?.roomData?.hall?.clientListDelta?.updateClient?.[ana.id]?.apiField).to.deep.equal(seen);
    }
  });

  it('setUserCfg is acknowledged, and nobody is told', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    const setUserCfg = { userSettings: { language: 'en' }, p2pList: { x: {} }, apiField: 1 };
    expect((await ana.command('setUserCfg', { setUserCfg })).msgType).to.equal('ack');
    await ben.settle();
    expect(ben.pushes).to.deep.equal([]);
  });
});

describe('EasyRTC §8 to §10 messages, order, leaving', () => {
  const stage = EasyRtcStage.use();

  it('a message goes to one client unchanged, whatever its data is', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    for (const msgData of ['hello', { any: ['json'] }, null, 0, false, '', undefined]) {
      const message = { msgType: 'chat', msgData, targetEasyrtcid: ben.id };
      expect((await ana.ask('easyrtcMsg', message)).msgType).to.equal('ack');
      const { serverTime, event, ...push } = await ben.pushed('chat');
      expect([event, typeof serverTime]).to.deep.equal(['easyrtcMsg', 'number']);
      const data = msgData === undefined ? {} : { msgData };
      expect(push).to.deep.equal({
        ...data,
        msgType: 'chat',
        easyrtcid: ben.id,
        senderEasyrtcid: ana.id,
        targetEasyrtcid: ben.id,
      });
    }
  });

  it('a message goes to the other members of a room, text or not, and to nobody with a group', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    for (const [msgType, msgData] of [
      ['message', 'hello'],
      ['message', { a: 1 }],
      ['', 'x'],
    ]) {
      expect((await ana.ask('easyrtcMsg', { msgType, msgData, targetRoom: 'default' })).msgType).to.equal('ack');
      const push = await ben.take(({ event }) => event === 'easyrtcMsg');
      expect(push.serverTime).to.be.a('number');
      expect({ ...push, serverTime: 0 }).to.deep.equal({
        event: 'easyrtcMsg',
        serverTime: 0,
        msgType,
        msgData,
        easyrtcid: ben.id,
        senderEasyrtcid: ana.id,
        targetRoom: 'default',
      });
    }
    const narrow = { msgType: 'message', msgData: 'x', targetRoom: 'default', targetGroup: 'g' };
    expect((await ana.ask('easyrtcMsg', narrow)).msgType).to.equal('ack');
    await ben.settle();
    expect([...ana.pushes, ...ben.pushes].filter(({ event }) => event === 'easyrtcMsg')).to.deep.equal([]);
  });

  it('messages arrive in the order they were sent', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    for (let index = 0; index < 200; index += 1) {
      ana.socket.emit('easyrtcMsg', { msgType: 'n', msgData: index, targetEasyrtcid: ben.id }, () => undefined);
    }
    await until('all are there', () => ben.pushes.length === 200);
    expect(ben.pushes.map(({ msgData }) => msgData as number)).to.deep.equal(Array.from({ length: 200 }, (_, i) => i));
  });

  it('a client that leaves is removed from each room, and its id is invalid', async () => {
    const ana = await stage.enter({ roomJoin: rooms('one', 'two') });
    const ben = await stage.enter({ roomJoin: rooms('one', 'two') });
    ben.cut();
    for (const name of ['one', 'two']) {
      await ana.take((push) => push.msgData?.roomData?.[name]?.clientListDelta?.removeClient?.[ben.id] !== undefined);
    }
    expect((await ana.command('hangup', undefined, ben.id)).msgType).to.equal('error');
  });
});
