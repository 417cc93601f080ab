import { expect } from 'chai';
import type { EasyRtcHooks } from '../../../dialects/easyrtc/hooks.js';
import type { Participant } from '../../../rooms/index.js';
import { keys, moderator, tokenOf } from '../../access/given.js';
import { until } from '../../support/until.js';
import { EasyRtcStage } from './stage.js';
import { codeOf } from './test-client.js';
import type { TestClient, Wire } from './test-client.js';

const inGarden = { roomJoin: { garden: { roomName: 'garden' } } };
const garden = { room: 'garden', roomJoin: true };
const watcher = { ...garden, canPublish: false };
const sdp = (direction: string): string => `v=0\r\nm=audio 9 RTP 111\r\na=${direction}\r\n`;

const hasLeft = (push: Wire): boolean => Object.values(push.msgData?.roomData ?? {})[0]?.roomStatus === 'leave';

async function refusedLogin(stage: EasyRtcStage, msgData: object): Promise<string> {
  const client = await stage.connect();
  const code = await client.refusal('easyrtcAuth', {
    msgType: 'authenticate',
    msgData: { apiVersion: '1', ...msgData },
  });
  await client.closed;
  return code;
}

function participantOf(stage: EasyRtcStage, client: TestClient, room = 'garden'): Participant {
  const participant = stage.rooms.find(room)?.find(client.id);
  if (!participant) throw new Error('it is not there');
  return participant;
}

describe('EasyRTC with AUTH=required', () => {
  const stage = EasyRtcStage.use({ auth: 'required', keys });

  it('takes a token as an object and as a text, and no other text', async () => {
    const token = await tokenOf({ video: garden });
    const ana = await stage.enter({ ...inGarden, credential: { token } });
    const ben = await stage.enter({ ...inGarden, credential: await tokenOf({ sub: 'ben', video: garden }) });
    expect([...(stage.rooms.find('garden')?.participants ?? [])].map(({ identity }) => identity)).to.deep.equal([
      'ana',
      'ben',
    ]);
    expect(participantOf(stage, ana).bearer.address).to.equal('127.0.0.1');
    expect(ben.token.msgData?.roomData?.garden?.clientList?.[ana.id]).to.include({ username: 'ana' });
    expect(await refusedLogin(stage, { credential: 'let me in' })).to.equal('MSG_REJECT_BAD_STRUCTURE');
  });

  it('refuses a client without a token, with a bad one, and under a name that is not its own', async () => {
    const token = await tokenOf({ name: 'Ana', video: garden });
    expect(await refusedLogin(stage, inGarden)).to.equal('LOGIN_BAD_AUTH');
    expect(await refusedLogin(stage, { ...inGarden, credential: { token: 'x' } })).to.equal('LOGIN_BAD_AUTH');
    expect(await refusedLogin(stage, { ...inGarden, credential: { token: `${token}x` } })).to.equal('LOGIN_BAD_AUTH');
    expect(await refusedLogin(stage, { ...inGarden, credential: { token }, username: 'ben' })).to.equal(
      'LOGIN_BAD_AUTH',
    );
    for (const username of ['ana', 'Ana']) await stage.enter({ ...inGarden, credential: { token }, username });
  });

  it('puts a client that names no room into the one of its token', async () => {
    await stage.enter({ credential: { token: await tokenOf({ video: garden }) } });
    expect(stage.rooms.names).to.deep.equal(['garden']);
  });

  it('refuses other rooms, while authenticating and afterwards', async () => {
    const token = await tokenOf({ video: garden });
    const roomJoin = { side: { roomName: 'side' } };
    expect(await refusedLogin(stage, { roomJoin, credential: { token } })).to.equal('LOGIN_GEN_FAIL');
    const ana = await stage.enter({ credential: { token } });
    expect(codeOf(await ana.command('roomJoin', { roomJoin }))).to.equal('MSG_REJECT_BAD_ROOM');
    expect(stage.rooms.names).to.deep.equal(['garden']);
  });

  it('relays nothing that the grants of a client do not allow', async () => {
    const ana = await stage.enter({ credential: { token: await tokenOf({ video: garden }) } });
    const eve = await stage.enter({ credential: { token: await tokenOf({ sub: 'eve', video: watcher }) } });
    const to = { targetEasyrtcid: ana.id };
    for (const message of [to, { targetRoom: 'garden' }, { ...to, targetRoom: 'garden' }]) {
      for (const msgType of ['message', 'other']) {
        const refusal = await eve.refusal('easyrtcMsg', { msgType, msgData: 'psst', ...message });
        expect(refusal, JSON.stringify(message)).to.equal('MSG_REJECT_GEN_FAIL');
      }
    }
    for (const msgType of ['offer', 'answer']) {
      const sending = { type: msgType, sdp: sdp('sendrecv') };
      expect(codeOf(await eve.command(msgType, sending, ana.id))).to.equal('MSG_REJECT_GEN_FAIL');
    }
    const field = { setRoomApiField: { roomName: 'garden', field: { a: 1 } } };
    expect(codeOf(await eve.command('setRoomApiField', field))).to.equal('MSG_REJECT_GEN_FAIL');
    await ana.settle();
    expect(ana.pushes.filter(({ senderEasyrtcid }) => senderEasyrtcid === eve.id)).to.deep.equal([]);
    expect(codeOf(await eve.command('answer', { type: 'answer', sdp: sdp('recvonly') }, ana.id))).to.equal('ack');
    expect(codeOf(await ana.command('offer', { type: 'offer', sdp: sdp('sendrecv') }, eve.id))).to.equal('ack');
    expect(await ana.refusal('easyrtcMsg', { msgType: 'x', msgData: 1, targetEasyrtcid: eve.id })).to.equal('ack');
  });

  it('relays nothing between clients of different rooms', async () => {
    const ana = await stage.enter({ credential: { token: await tokenOf({ video: garden }) } });
    const video = { room: 'side', roomJoin: true };
    const eve = await stage.enter({ credential: { token: await tokenOf({ sub: 'eve', video }) } });
    const say = { msgType: 'x', msgData: 1, targetEasyrtcid: ana.id };
    expect(await eve.refusal('easyrtcMsg', say)).to.equal('MSG_REJECT_GEN_FAIL');
    expect(codeOf(await eve.command('offer', { sdp: sdp('sendonly') }, ana.id))).to.equal('MSG_REJECT_GEN_FAIL');
  });

  it('takes a right away at once', async () => {
    const ana = await stage.enter({ credential: { token: await tokenOf({ video: { ...garden, roomAdmin: true } }) } });
    const ben = await stage.enter({ credential: { token: await tokenOf({ sub: 'ben', video: garden }) } });
    const say = { msgType: 'x', msgData: 1, targetRoom: 'garden' };
    expect(await ben.refusal('easyrtcMsg', say)).to.equal('ack');
    const mod = participantOf(stage, ana);
    mod.room.moderatedBy(mod).setGrants(participantOf(stage, ben), { canPublishData: false });
    expect(await ben.refusal('easyrtcMsg', say)).to.equal('MSG_REJECT_GEN_FAIL');
  });

  it('tells nobody of a hidden client', async () => {
    const video = { ...garden, hidden: true };
    const spy = await stage.enter({ credential: { token: await tokenOf({ sub: 'spy', video }) } });
    const ana = await stage.enter({ credential: { token: await tokenOf({ video: garden }) } });
    await spy.command('setPresence', { setPresence: { show: 'away' } });
    await spy.authenticate({ username: 'spy', credential: { token: await tokenOf({ sub: 'spy', video }) } });
    const ben = await stage.enter({ credential: { token: await tokenOf({ sub: 'ben', video: garden }) } });
    spy.cut();
    await until('the hidden one has left', () => stage.gateway.state.connections === 2);
    await ana.settle();
    expect(JSON.stringify([ana.pushes, ana.token, ben.pushes, ben.token])).not.to.include(spy.id);
    expect(spy.token.msgData?.roomData?.garden?.clientList).to.have.all.keys(spy.id, ana.id);
  });

  it('cannot cut media that does not pass the server', async () => {
    const ana = await stage.enter({ credential: { token: await tokenOf({ video: garden }) } });
    const participant = participantOf(stage, ana);
    const by = participant.room.moderatedBy(moderator);
    const refusal = await by.mute(participant, ['audio'], true).catch((error: unknown) => error);
    expect(refusal).to.include({ code: 'not-supported' });
  });
});

describe('EasyRTC and a room with rules', () => {
  afterEach(() => {
    for (const room of stage.rooms) room.close('the test is over');
  });
  const stage = EasyRtcStage.use({ auth: 'optional', keys, roomList: 'public' });

  async function ruledRoom(settings: Parameters<EasyRtcStage['rooms']['open']>[1]): Promise<void> {
    await stage.rooms.open('garden', { ...settings, stays: true });
  }

  it('refuses locked, full and banned, with the words of the protocol', async () => {
    const ana = await stage.enter();
    await ruledRoom({ settings: { maxParticipants: 1 } });
    const room = stage.rooms.find('garden');
    const by = room?.moderatedBy(moderator);
    const ben = await stage.enter({ ...inGarden, username: 'Ben' });
    expect(codeOf(await ana.command('roomJoin', inGarden))).to.equal('MSG_REJECT_BAD_ROOM');
    by?.update({ maxParticipants: 0, locked: true });
    expect(codeOf(await ana.command('roomJoin', inGarden))).to.equal('MSG_REJECT_BAD_ROOM');
    expect(await refusedLogin(stage, inGarden)).to.equal('LOGIN_GEN_FAIL');
    by?.update({ locked: false });
    by?.evict(participantOf(stage, ben), { banMs: -1 });
    await ben.take(hasLeft);
    expect(codeOf(await ben.pushed('error'))).to.equal('LOGIN_GEN_FAIL');
    await ben.closed;
    expect(await refusedLogin(stage, { ...inGarden, username: 'Ben' })).to.equal('LOGIN_GEN_FAIL');
    expect(codeOf(await ana.command('roomJoin', inGarden))).to.equal('roomData');
  });

  it('lets a client that waits hear nothing until it is admitted', async () => {
    await ruledRoom({ settings: { waitingRoom: true } });
    const by = stage.rooms.find('garden')?.moderatedBy(moderator);
    const video = { ...garden, roomAdmin: true };
    const mod = await stage.enter({ ...inGarden, credential: { token: await tokenOf({ sub: 'mod', video }) } });
    const ana = await stage.enter({ username: 'Ana' });
    expect(codeOf(await ana.command('roomJoin', inGarden))).to.equal('MSG_REJECT_BAD_ROOM');
    await mod.ask('easyrtcMsg', { msgType: 'message', msgData: 'are we alone?', targetRoom: 'garden' });
    const say = { msgType: 'message', msgData: 'hi', targetRoom: 'garden' };
    expect(await ana.refusal('easyrtcMsg', say)).to.equal('MSG_REJECT_TARGET_ROOM');
    await ana.settle();
    expect(ana.pushes).to.deep.equal([]);
    const [waiting] = by?.waiting ?? [];
    expect(waiting).to.include({ name: 'Ana', door: 'easyrtc' });
    by?.admit(waiting?.id ?? '');
    expect(codeOf(await ana.command('roomJoin', inGarden))).to.equal('roomData');
  });

  it('lists rooms that a client may enter, and not how many are in one where it has to wait', async () => {
    await ruledRoom({ settings: { waitingRoom: true } });
    const video = { ...garden, roomAdmin: true };
    const mod = await stage.enter({ ...inGarden, credential: { token: await tokenOf({ sub: 'mod', video }) } });
    const ana = await stage.enter();
    expect((await ana.command('getRoomList')).msgData?.roomList?.garden).to.include({ numberClients: 0 });
    expect((await mod.command('getRoomList')).msgData?.roomList).to.have.all.keys('default', 'garden');
    expect((await mod.command('getRoomList')).msgData?.roomList?.garden).to.include({ numberClients: 1 });
    const side = await tokenOf({ sub: 'eve', video: { room: 'side', roomJoin: true } });
    const eve = await stage.enter({ credential: { token: side } });
    expect((await eve.command('getRoomList')).msgData?.roomList).to.have.all.keys('default', 'side');
  });

  it('asks for the password of a room', async () => {
    const mod = await stage.enter({ username: 'Ana' });
    await ruledRoom({ settings: { passwordHash: 'no password fits' } });
    const roomJoin = { garden: { roomName: 'garden', roomParameter: { password: 'wrong' } } };
    expect(codeOf(await mod.command('roomJoin', { roomJoin }))).to.equal('MSG_REJECT_BAD_ROOM');
    expect(await refusedLogin(stage, inGarden)).to.equal('LOGIN_GEN_FAIL');
  });
});

describe('EasyRTC with AUTH=required and a hook', () => {
  const hooks: EasyRtcHooks = { authenticate: (_visitor, credential) => credential?.ticket === 'y' };
  const stage = EasyRtcStage.use({ auth: 'required', keys }, hooks);

  it('lets in whom the hook lets in', async () => {
    expect(await refusedLogin(stage, { credential: { ticket: 'x' } })).to.equal('LOGIN_BAD_AUTH');
    await stage.enter({ credential: { ticket: 'y' }, username: 'Anybody' });
    await stage.enter({ credential: { ticket: 'y', token: 'of the hook' } });
    const token = await tokenOf({ video: garden });
    expect(await refusedLogin(stage, { credential: { token } })).to.equal('LOGIN_BAD_AUTH');
    const ana = await stage.enter({ credential: { ticket: 'y', token } });
    expect(participantOf(stage, ana).identity).to.equal('ana');
  });
});
