import { expect } from 'chai';
import { connectionBody } from '../../../../dialects/openvidu/model/connection-properties.js';
import { OvError } from '../../../../dialects/openvidu/model/ov-error.js';
import type { MediaOptions } from '../../../../dialects/openvidu/model/stream.js';
import { publish } from '../../../rooms/stage.js';
import { ModelStage } from './model-stage.js';

const camera: MediaOptions = {
  ...{ hasAudio: true, hasVideo: true, audioActive: true, videoActive: true },
  ...{ typeOfVideo: 'CAMERA', frameRate: 30, videoDimensions: '{"width":640,"height":480}' },
};
const offer = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\nm=video 9 UDP/TLS/RTP/SAVPF 97\r\n';

async function codeOf(refused: Promise<unknown>): Promise<string> {
  const error: unknown = await refused.catch((each: unknown) => each);
  return error instanceof OvError ? error.code : `no OvError: ${String(error)}`;
}

describe('OpenVidu sessions', () => {
  it('keep their room open until the first member has come and the last one has left', async () => {
    const stage = new ModelStage();
    const session = await stage.make();
    stage.join('stranger').leave();
    expect(stage.rooms.names).to.deep.equal(['r1']);
    const ana = stage.enter(session);
    expect(stage.toldFacts).to.deep.equal(['sessionCreated', 'participantJoined']);
    ana.leave();
    expect(stage.rooms.names).to.deep.equal([]);
    expect(stage.sessions.find('r1')).to.equal(undefined);
    expect(stage.toldFacts).to.deep.equal(['participantLeft disconnect', 'sessionDestroyed lastParticipantLeft']);
  });

  it('are made once: a second one of the id is refused, until the first is over', async () => {
    const stage = new ModelStage();
    const both = await Promise.allSettled([stage.make(), stage.make()]);
    expect(both.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    expect(await codeOf(stage.make())).to.equal('session-exists');
    stage.sessions.close('r1');
    const again = await stage.make();
    expect(stage.sessions.list()).to.deep.equal([again]);
  });

  it('attach to a room that others have opened, and list those as connections with one id', async () => {
    const stage = new ModelStage();
    const before = stage.join('Berta');
    const session = await stage.make();
    const [seen] = session.active;
    expect(seen?.id).to.match(/^con_[A-Z][A-Za-z0-9]{9}$/);
    expect(session.connectionOf(before)).to.equal(seen);
    expect(seen?.metadata).to.equal('{"clientData":"Berta"}');
    expect(seen?.role).to.equal('PUBLISHER');
    stage.enter(session).leave();
    expect(stage.rooms.names, 'the stranger is still there').to.deep.equal(['r1']);
    before.leave();
    expect(stage.rooms.names).to.deep.equal([]);
  });

  it('end at their last participant in a room that stays for other reasons, and the room stays', async () => {
    const stage = new ModelStage();
    await stage.rooms.open('r1');
    stage.enter(await stage.make()).leave();
    expect(stage.sessions.find('r1')).to.equal(undefined);
    expect(stage.rooms.names).to.deep.equal(['r1']);
    expect(stage.toldFacts).to.include('sessionDestroyed lastParticipantLeft');
    expect([...(stage.rooms.find('r1')?.kept('openvidu').entries() ?? [])]).to.deep.equal([]);
  });

  it('tell nothing when the collector forgets those that nobody has joined', async () => {
    const stage = new ModelStage();
    await stage.make('old');
    stage.enter(await stage.make('used'));
    stage.now += 1_000;
    await stage.make('young');
    stage.facts.length = 0;
    stage.sessions.collect(1_000);
    expect(stage.sessions.list().map(({ id }) => id)).to.deep.equal(['used', 'young']);
    expect(stage.rooms.names).to.have.members(['used', 'young']);
    expect(stage.toldFacts).to.deep.equal([]);
  });

  it('are no more than the option says, nor are their pending connections', async () => {
    const stage = new ModelStage();
    const session = await stage.make('one');
    await stage.make('two');
    await stage.make('three');
    expect(await codeOf(stage.make('four'))).to.equal('too-many-sessions');
    expect(stage.rooms.names, 'no room is left behind').to.have.lengthOf(3);
    for (let made = 0; made < 3; made += 1) session.addConnection(connectionBody.parse({}));
    expect(() => session.addConnection(connectionBody.parse({}))).to.throw(OvError);
  });
});

describe('a connection of an OpenVidu session', () => {
  it('is found by its token, alone or in an address, until a page has joined with it', async () => {
    const stage = new ModelStage();
    const session = await stage.make();
    const connection = session.addConnection(connectionBody.parse({ data: 'server' }));
    const token = connection.token ?? '';
    expect(token).to.match(/^tok_[A-Za-z0-9]{24}$/);
    expect(session.connectionByToken(token)).to.equal(connection);
    expect(session.connectionByToken(`wss://elsewhere.example?sessionId=r1&token=${token}`)).to.equal(connection);
    expect(session.pending).to.deep.equal([connection]);
    const ana = stage.enter(session, connection);
    expect(session.connectionByToken(token)).to.equal(undefined);
    expect(session.active).to.deep.equal([connection]);
    expect(connection.participant).to.equal(ana);
    expect(connection.metadata).to.equal('client%/%server');
  });

  it('takes its streams and what it receives with it, in order', async () => {
    const stage = new ModelStage();
    const session = await stage.make();
    const ana = stage.enter(session);
    const berta = stage.enter(session);
    const [one, other] = session.active;
    if (!one || !other) throw new Error('two are there');
    stage.facts.length = 0;
    const stream = one.publish(camera);
    await publish(ana, offer);
    expect(stream.id).to.match(new RegExp(`^str_CAM_[A-Z][A-Za-z0-9]{3}_${one.id}$`));
    expect(session.connectionOfStream(stream.id)).to.equal(one);
    other.subscribed(one);
    one.unpublishes = 'unpublish';
    ana.unpublish();
    expect(one.stream).to.equal(undefined);
    expect(stage.toldFacts).to.deep.equal([
      'webrtcConnectionCreated OUTBOUND',
      'webrtcConnectionCreated INBOUND',
      'webrtcConnectionDestroyed INBOUND unpublish',
      'webrtcConnectionDestroyed OUTBOUND unpublish',
    ]);
    const audio = one.publish({ ...camera, hasVideo: false, typeOfVideo: undefined });
    await publish(ana, offer);
    expect(audio.id).to.match(/^str_MIC_/);
    other.subscribed(one);
    stage.facts.length = 0;
    one.leaves = 'forceDisconnectByUser';
    session.room.evict(ana);
    expect(stage.toldFacts).to.deep.equal([
      'webrtcConnectionDestroyed INBOUND forceDisconnectByUser',
      'webrtcConnectionDestroyed OUTBOUND forceDisconnectByUser',
      'participantLeft forceDisconnectByUser',
    ]);
    berta.leave('lost');
    expect(stage.toldFacts).to.deep.equal([
      'participantLeft networkDisconnect',
      'sessionDestroyed lastParticipantLeft',
    ]);
  });

  it('goes on with what is kept of it, and so do strangers', async () => {
    const stage = new ModelStage();
    const session = await stage.make();
    const ana = stage.enter(session);
    const berta = stage.join('Berta');
    const [one, other] = session.active;
    if (!one || !other) throw new Error('two are there');
    const pending = session.addConnection(connectionBody.parse({ role: 'MODERATOR' }));
    const stream = one.publish(camera);
    await publish(ana, offer);
    one.changeStream({ videoActive: false });
    await publish(berta, offer);
    const seen = other.stream;
    stage.sessions.stop();
    const next = stage.newSessions().find('r1');
    if (!next) throw new Error('the session goes on');
    expect(next.uniqueId).to.equal(session.uniqueId);
    expect(next.active.map(({ id }) => id)).to.deep.equal([one.id, other.id]);
    expect(next.connection(one.id)?.stream).to.deep.equal({ ...stream, videoActive: false });
    expect(next.connection(other.id)?.stream).to.deep.equal(seen);
    expect(next.connectionByToken(pending.token ?? '')?.role).to.equal('MODERATOR');
  });

  it('says which of role and record has changed', async () => {
    const stage = new ModelStage();
    const session = await stage.make();
    const connection = session.addConnection(connectionBody.parse({}));
    expect(connection.change({ role: 'PUBLISHER', record: false })).to.deep.equal(['record']);
    expect(connection.isRecorded).to.equal(false);
    expect(connection.change({ role: 'SUBSCRIBER' })).to.deep.equal(['role']);
  });
});

describe('the body of a connection', () => {
  const isTaken = (...customIceServers: unknown[]): boolean => connectionBody.safeParse({ customIceServers }).success;
  const login = { username: 'u', credential: 'c' };

  it('names ICE servers of the kinds that clients can use', () => {
    expect(isTaken({ url: 'stun:stun.example:3478' }, { url: 'turn:192.0.2.7?transport=udp', ...login })).to.equal(
      true,
    );
    expect(isTaken({ url: 'turns:turn.example', staticAuthSecret: 's' })).to.equal(true);
    for (const wrong of [
      { url: 'http://stun.example' },
      { url: 'stun:stun.example:99999' },
      { url: 'stun:stun.example', ...login },
      { url: 'turn:turn.example' },
      { url: 'turn:turn.example', username: 'u' },
      { url: 'turn:turn.example?transport=sctp', ...login },
      { url: 'turn:turn.example', staticAuthSecret: 's', ...login },
      {},
    ]) {
      expect(isTaken(wrong), JSON.stringify(wrong)).to.equal(false);
    }
  });

  it('makes credentials that expire of a secret, and does not show the secret', async () => {
    const stage = new ModelStage();
    const session = await stage.make();
    const connection = session.addConnection(
      connectionBody.parse({ customIceServers: [{ url: 'turn:turn.example', staticAuthSecret: 'hidden' }] }),
    );
    const [told] = connection.customIceServers;
    expect(told?.username).to.match(/^87400:/);
    expect(told?.credential).to.match(/^[A-Za-z0-9+/]{27}=$/);
    expect(JSON.stringify(connection.customIceServers)).not.to.include('hidden');
  });
});
