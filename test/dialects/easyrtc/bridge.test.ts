import { expect } from 'chai';
import { until } from '../../support/until.js';
import { EasyRtcStage } from './stage.js';
import { codeOf } from './test-client.js';
import type { TestClient, Wire } from './test-client.js';

/** The entry of an outsider in the list of a room. */
async function strangerIn(client: TestClient, room = 'default'): Promise<Record<string, unknown>> {
  const reply = await client.command('roomJoin', { roomJoin: { [room]: { roomName: room } } });
  const list = Object.values(reply.msgData?.roomData?.[room]?.clientList as object) as Record<string, unknown>[];
  return list.find(({ easyrtcid, username }) => easyrtcid !== client.id && username === 'Kurt') ?? {};
}

const removed = (id: string) => (push: Wire) =>
  push.msgData?.roomData?.default?.clientListDelta?.removeClient?.[id] !== undefined;

describe('EasyRTC and Kurento Room clients in one room', () => {
  const stage = EasyRtcStage.use({ maxTextBytes: 1_000_001 });

  it('see each other come and go', async () => {
    const ana = await stage.enter({ username: 'Ana' });
    const kurt = await stage.speaker('Kurt');
    const news = await ana.pushed('roomData');
    const [entry] = Object.values(news.msgData?.roomData?.default?.clientListDelta?.updateClient as object) as Wire[];
    expect(entry).to.deep.include({ username: 'Kurt', presence: { show: 'chat', status: null } });
    expect(entry?.easyrtcid).to.match(/^[A-Za-z0-9]{16}$/);
    const ben = await stage.enter({ username: 'Ben' });
    expect(await kurt.notified('participantJoined')).to.deep.equal({ id: 'Ben' });
    expect((await strangerIn(ben)).easyrtcid, 'one id for its stay').to.equal(entry?.easyrtcid);
    ben.cut();
    expect((await kurt.notified('participantLeft')).name).to.equal('Ben');
    await kurt.request('leaveRoom', {});
    await ana.take(removed(String(entry?.easyrtcid)));
  });

  it('get their names and ids, whatever the others are called', async () => {
    const ana = await stage.enter({ username: 'Ana' });
    const kurt = await stage.speaker('Kurt');
    const room = stage.rooms.find('default');
    const namesake = await stage.speaker('Ana');
    const longer = `Ana-${ana.id.slice(0, 4)}`;
    expect(room?.findByName(longer)?.id).to.equal(ana.id);
    expect(await kurt.notified('participantLeft')).to.deep.equal({ name: 'Ana' });
    expect(await kurt.notified('participantJoined')).to.deep.equal({ id: longer });
    expect(await kurt.notified('participantJoined')).to.deep.equal({ id: 'Ana' });
    await ana.ask('easyrtcMsg', { msgType: 'message', msgData: 'still here', targetRoom: 'default' });
    expect(await namesake.notified('sendMessage')).to.deep.include({ user: longer, message: 'still here' });
    // A stranger that is called like a client's id, in a room that the client enters later.
    const stranger = await stage.speaker(ana.id, 'other');
    const { msgData } = await ana.command('roomJoin', { roomJoin: { other: { roomName: 'other' } } });
    const list = (msgData?.roomData?.other?.clientList ?? {}) as Record<string, Record<string, unknown>>;
    expect(list[ana.id]).to.include({ username: 'Ana' });
    const others = Object.values(list).filter(({ easyrtcid }) => easyrtcid !== ana.id);
    expect(others.map(({ username }) => username)).to.deep.equal([ana.id]);
    const ben = await stage.enter({ username: 'Ben', roomJoin: { other: { roomName: 'other' } } });
    const text = { msgType: 'message', msgData: 'psst', targetEasyrtcid: ana.id };
    expect(await ben.refusal('easyrtcMsg', text)).to.equal('ack');
    expect(await ana.pushed('message')).to.deep.include({ senderEasyrtcid: ben.id, msgData: 'psst' });
    await stranger.request('leaveRoom', {});
  });

  it('know of nobody while no client is there', async () => {
    for (const user of ['Kurt', 'Kira']) await stage.speaker(user);
    await stage.speaker('Karl', 'other');
    expect(stage.gateway.outsiders).to.equal(0);
    const ana = await stage.enter();
    expect(stage.gateway.outsiders, 'those in the room of the client').to.equal(2);
    const late = await stage.speaker('Kay');
    expect(stage.gateway.outsiders).to.equal(3);
    await late.request('leaveRoom', {});
    expect(stage.gateway.outsiders).to.equal(2);
    ana.cut();
    await until('the client is gone', () => stage.gateway.applications === 0);
    expect(stage.gateway.outsiders).to.equal(0);
  });

  it('a name of another protocol is as long as a username at most', async () => {
    const ana = await stage.enter({ username: 'Ana' });
    const user = 'x'.repeat(256);
    const long = await stage.speaker(user);
    const news = await ana.pushed('roomData');
    const [entry] = Object.values(news.msgData?.roomData?.default?.clientListDelta?.updateClient as object) as Wire[];
    expect(entry).to.deep.include({ username: 'x'.repeat(64) });
    await long.request('leaveRoom', {});
  });

  it('chat both ways; a private text is refused, because the room protocol has none', async () => {
    const kurt = await stage.speaker('Kurt');
    const ana = await stage.enter({ username: 'Ana' });
    const { easyrtcid } = await strangerIn(ana);
    await ana.ask('easyrtcMsg', { msgType: 'message', msgData: 'good day', targetRoom: 'default' });
    expect(await kurt.notified('sendMessage')).to.deep.include({ user: 'Ana', message: 'good day' });
    await kurt.request('sendMessage', { message: 'hello', userMessage: 'Kurt', roomMessage: 'default' });
    expect(await ana.pushed('message')).to.deep.include({
      event: 'easyrtcMsg',
      msgData: 'hello',
      senderEasyrtcid: easyrtcid,
      targetRoom: 'default',
    });
    const text = { msgType: 'message', msgData: 'psst', targetEasyrtcid: easyrtcid };
    expect(await ana.refusal('easyrtcMsg', text)).to.equal('MSG_REJECT_GEN_FAIL');
    const inside = { ...text, msgType: 'easyrtc_streamReceived', msgData: { streamName: 'default' } };
    expect(await ana.refusal('easyrtcMsg', inside), 'what pages tell each other').to.equal('ack');
    expect(await ana.refusal('easyrtcMsg', { ...inside, targetRoom: 'other' })).to.equal('MSG_REJECT_TARGET_ROOM');
  });

  it('a participant of another protocol that has private texts exchanges them', async () => {
    const ana = await stage.enter({ username: 'Ana' });
    const heard: string[] = [];
    const attributes = { displayName: 'Kurt', dialect: 'other', hearsPrivateTexts: true };
    const other = await stage.rooms.join('default', { id: 'k', attributes }, (self) => (event) => {
      if (event.type === 'textSaid' && event.to === self) heard.push(`${event.from.name}: ${event.text}`);
    });
    const { easyrtcid } = await strangerIn(ana);
    const text = { msgType: 'message', msgData: 'psst', targetEasyrtcid: easyrtcid };
    expect(await ana.refusal('easyrtcMsg', text)).to.equal('ack');
    expect(heard).to.deep.equal(['Ana: psst']);
    other.say('yes?', other.room.find(ana.id));
    expect(await ana.pushed('message')).to.deep.include({
      msgData: 'yes?',
      senderEasyrtcid: easyrtcid,
      targetEasyrtcid: ana.id,
    });
    other.say('x'.repeat(1_000_001));
    expect(stage.gateway.state.undelivered).to.equal(1);
    other.leave();
  });

  it('an offer to an outsider is acknowledged and rejected, further signals are acknowledged', async () => {
    await stage.speaker('Kurt');
    const ana = await stage.enter();
    const { easyrtcid } = await strangerIn(ana);
    expect(codeOf(await ana.command('offer', { type: 'offer', sdp: 'v=0' }, easyrtcid))).to.equal('ack');
    expect(await ana.pushed('reject')).to.deep.include({ senderEasyrtcid: easyrtcid, easyrtcid: ana.id });
    expect(codeOf(await ana.command('candidate', { a: 1 }, easyrtcid))).to.equal('ack');
    expect(codeOf(await ana.command('hangup', undefined, easyrtcid))).to.equal('ack');
  });

  it('rooms of an application have its name before theirs in other protocols; rooms whose names do not fit are hidden', async () => {
    await stage.speaker('Kurt', 'demo/hall');
    await stage.speaker('Kira', 'a room with spaces');
    const ana = await stage.enter({ applicationName: 'demo', roomJoin: { hall: { roomName: 'hall' } } });
    expect(await strangerIn(ana, 'hall')).to.include({ username: 'Kurt' });
    expect((await ana.command('getRoomList')).msgData?.roomList).to.have.all.keys('default', 'hall');
    const ben = await stage.enter();
    expect((await ben.command('getRoomList')).msgData?.roomList).to.have.all.keys('default');
    expect(stage.rooms.names).to.include.members(['demo/hall', 'default', 'a room with spaces']);
  });

  it('an eviction and a closed room are told to the client as leave, and the room goes on without the client', async () => {
    const kurt = await stage.speaker('Kurt');
    const ana = await stage.enter({ username: 'Ana' });
    const ben = await stage.enter({ username: 'Ben' });
    await kurt.notified('participantJoined');
    const room = stage.rooms.find('default');
    const participant = room?.find(ana.id);
    if (participant) room?.evict(participant);
    const leave = { default: { roomName: 'default', roomStatus: 'leave' } };
    const left = (push: Wire): boolean => push.msgData?.roomData?.default?.roomStatus === 'leave';
    expect((await ana.take(left)).msgData?.roomData).to.deep.equal(leave);
    await ben.take(removed(ana.id));
    await kurt.notified('participantLeft');
    expect(codeOf(await ana.pushed('error')), 'it is in no room any more').to.equal('LOGIN_GEN_FAIL');
    await ana.closed;
    room?.close('enough');
    expect((await ben.take(left)).msgData?.roomData).to.deep.equal(leave);
    await kurt.notified('roomClosed');
    await ben.command('roomJoin', { roomJoin: { default: { roomName: 'default' } } });
  });

  it('a client that is evicted from one of its rooms stays in the others, and reaches nobody there', async () => {
    const [ana, ben] = [await stage.enter(), await stage.enter()];
    const roomJoin = { side: { roomName: 'side' } };
    await ana.command('roomJoin', { roomJoin });
    const participant = stage.rooms.find('default')?.find(ana.id);
    participant?.room.evict(participant);
    await ana.take((push) => push.msgData?.roomData?.default?.roomStatus === 'leave');
    const say = { msgType: 'x', msgData: 1, targetEasyrtcid: ben.id };
    expect(await ana.refusal('easyrtcMsg', say)).to.equal('MSG_REJECT_GEN_FAIL');
    expect(codeOf(await ana.command('roomJoin', { roomJoin: { default: { roomName: 'default' } } }))).to.equal(
      'MSG_REJECT_BAD_ROOM',
    );
    await ben.command('roomJoin', { roomJoin });
    expect(await ana.refusal('easyrtcMsg', say)).to.equal('ack');
  });

  it('a page that was evicted is known by its session when it is loaded again', async () => {
    const ana = await stage.enter({ easyrtcsid: 'session-of-ana' });
    const participant = stage.rooms.find('default')?.find(ana.id);
    participant?.room.evict(participant);
    ana.cut();
    const again = await stage.connect();
    const msgData = { apiVersion: '1', easyrtcsid: 'session-of-ana' };
    expect(await again.refusal('easyrtcAuth', { msgType: 'authenticate', msgData })).to.equal('LOGIN_GEN_FAIL');
    await stage.enter({ easyrtcsid: 'session-of-ben' });
  });
});

for (const roomList of ['admin', 'off'] as const) {
  describe(`EasyRTC with ROOM_LIST=${roomList}`, () => {
    const stage = EasyRtcStage.use({ roomList });

    it('lists to a client the rooms that it is in, and it may enter others by name', async () => {
      await stage.speaker('Kurt', 'hall');
      const ana = await stage.enter();
      const ben = await stage.enter({ roomJoin: { side: { roomName: 'side' } } });
      expect((await ana.command('getRoomList')).msgData?.roomList).to.deep.equal({
        default: { roomName: 'default', numberClients: 1 },
      });
      expect((await ben.command('getRoomList')).msgData?.roomList).to.have.all.keys('side');
      await ana.command('roomJoin', { roomJoin: { hall: { roomName: 'hall' } } });
      expect((await ana.command('getRoomList')).msgData?.roomList).to.deep.include({
        hall: { roomName: 'hall', numberClients: 2 },
      });
    });
  });
}

describe('EasyRTC without bridges', () => {
  const stage = EasyRtcStage.use({ bridge: false });

  it('has its own rooms', async () => {
    await stage.speaker('Kurt');
    const ana = await stage.enter();
    expect(ana.token.msgData?.roomData?.default?.clientList).to.have.all.keys(ana.id);
    expect(stage.rooms.names).to.include('easyrtc:default');
    expect((await ana.command('getRoomList')).msgData?.roomList).to.have.all.keys('default');
  });
});

describe('EasyRTC when the server stops', () => {
  it('tells clients, and closes', async () => {
    const stage = new EasyRtcStage();
    await stage.start();
    const ana = await stage.enter();
    await stage.stop();
    expect(codeOf(await ana.pushed('error'))).to.equal('SERVER_SHUTDOWN');
    await ana.closed;
    await stage.clear();
  });
});
