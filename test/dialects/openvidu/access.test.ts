import { expect } from 'chai';
import { keys, moderator, tokenOf } from '../../access/given.js';
import type { RpcClient } from '../../support/rpc-client.js';
import { OpenViduStage, joinParams, publishParams, sdpOffer } from './door-stage.js';

/** Rooms that people of all protocols may enter, each with a token of theirs (docs/access.md). */
describe('OpenVidu §14 access to rooms that are shared, with AUTH=required', () => {
  const stage = new OpenViduStage({ auth: 'required', keys, evictionMs: 0 });
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(() => stage.empty());

  /** What a client of the room protocol is answered. */
  async function neighbour(name: string, room: string, token?: string): Promise<[RpcClient, string]> {
    const client = await stage.neighbour();
    const { error } = await client.call('joinRoom', { user: name, room, token });
    return [client, error ? `${error.code} ${String(error.data?.reason)}` : 'in'];
  }

  const room = () => stage.rooms.find('s1') ?? expect.fail('the room is there');

  it('the token of the back end is enough here, and nothing at another door', async () => {
    await stage.member('s1', 'Ana');
    const token = await stage.token('s1');
    const tokenOfGarden = await tokenOf({ sub: 'kay', video: { room: 'garden', roomJoin: true } });
    const tokenOfRoom = await tokenOf({ sub: 'kay', video: { room: 's1', roomJoin: true } });
    expect((await neighbour('kay', 's1'))[1]).to.equal('401 token-needed');
    expect((await neighbour('kay', 's1', token))[1]).to.equal('401 token-invalid');
    expect((await neighbour('kay', 's1', tokenOfGarden))[1]).to.equal('401 not-allowed');
    expect((await neighbour('kay', 's1', tokenOfRoom))[1]).to.equal('in');
    // And a token of the others opens no session here.
    const client = await stage.connect();
    expect(await client.refusal('joinRoom', joinParams('s1', tokenOfRoom))).to.equal(401);
  });

  it('roles are looked up at each request: subscribers do not publish, but receive and send signals', async () => {
    const ana = await stage.member('s1', 'Ana', { role: 'SUBSCRIBER' });
    const ben = await stage.member('s1', 'Ben');
    const published = await ben.request('publishVideo', publishParams);
    expect(await ana.refusal('publishVideo', publishParams)).to.equal(401);
    await ana.request('receiveVideoFrom', { sender: published.id, sdpOffer });
    await ana.request('sendMessage', { message: JSON.stringify({ to: [], data: 'hi', type: 'signal:chat' }) });
    expect((await ben.notified('sendMessage')).from).to.equal(ana.connectionId);
    expect(await ana.refusal('forceUnpublish', { streamId: published.id })).to.equal(401);
    await stage.rest('PATCH', `sessions/s1/connection/${ana.connectionId}`, { role: 'MODERATOR' });
    await ana.request('forceUnpublish', { streamId: published.id });
    await ana.request('publishVideo', publishParams);
    await stage.rest('PATCH', `sessions/s1/connection/${ana.connectionId}`, { role: 'SUBSCRIBER' });
    expect(await ana.refusal('forceDisconnect', { connectionId: ben.connectionId })).to.equal(401);
    await ana.request('unpublishVideo');
    expect(await ana.refusal('publishVideo', publishParams)).to.equal(401);
  });

  for (const [title, settings, code] of [
    ['that is locked', { locked: true }, 401],
    ['that is full', { maxParticipants: 1 }, 204],
    ['with a password', { passwordHash: 'no password fits' }, 401],
  ] as const) {
    it(`a newcomer to a room ${title} is refused, keeps the token, and comes in later`, async () => {
      await stage.member('s1', 'Ana');
      room().moderatedBy(moderator).update(settings);
      const token = await stage.token('s1');
      const client = await stage.connect();
      expect(await client.refusal('joinRoom', joinParams('s1', token))).to.equal(code);
      expect(room().size).to.equal(1);
      room().moderatedBy(moderator).update({ locked: false, maxParticipants: 0, passwordHash: null });
      await client.request('joinRoom', joinParams('s1', token));
    });
  }

  it('a moderator of another protocol may remove a member, who is told so in words of this one', async () => {
    const ana = await stage.member('s1', 'Ana');
    const ben = await stage.member('s1', 'Ben');
    const found = room().findAny(ana.connectionId) ?? expect.fail('Ana is there');
    room().moderatedBy(moderator).evict(found);
    const reason = 'forceDisconnectByServer';
    expect(await ana.notified('participantEvicted')).to.deep.equal({ connectionId: ana.connectionId, reason });
    expect(await ben.notified('participantLeft')).to.deep.equal({ connectionId: ana.connectionId, reason });
  });
});
