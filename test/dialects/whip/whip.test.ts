import { expect } from 'chai';
import type { RoomEvent, RoomsRecord } from '../../../rooms/index.js';
import { administrator } from '../../../access/index.js';
import { configOf } from '../../../src/config.js';
import { adminToken, asAdmin } from '../../support/administrator.js';
import { Gateway, GivenOwner, nodeAt, passing } from '../../support/gateway.js';
import { MemoryStore } from '../../support/memory-store.js';
import { until } from '../../support/until.js';
import { WhipStage, offerOf, tokenOf } from './whip-stage.js';

const fragmentType = 'application/trickle-ice-sdpfrag';
const fragment = [
  'a=ice-ufrag:theirs',
  'a=ice-pwd:0123456789012345678901',
  'm=audio 9 UDP/TLS/RTP/SAVPF 96',
  'a=mid:1',
  'a=candidate:1 1 UDP 1 192.0.2.9 9 typ host',
  'a=end-of-candidates',
  '',
].join('\r\n');

describe('a WHIP client', () => {
  const store = new MemoryStore();
  const stage = new WhipStage(
    {
      ...{ adminToken, turnUrls: ['turn:turn.example.net?transport=udp'], turnSecret: 'a secret' },
      whip: { gatherMs: 20_000 },
    },
    { recordings: store },
  );
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(async () => {
    for (const participant of stage.participants) participant.leave();
    await stage.empty();
    expect(stage.defects.splice(0)).to.deep.equal([]);
  });

  async function location(token = tokenOf('obs')): Promise<string> {
    return (await stage.begin('/whip/r', { token })).headers.get('location') ?? '';
  }

  it('is answered once, with everything it needs', async () => {
    const answer = await stage.begin('/whip/r?stream=webcam', { token: tokenOf('obs') });
    expect(answer.status).to.equal(201);
    const { headers } = answer;
    expect(headers.get('content-type')).to.equal('application/sdp');
    expect(headers.get('location')).to.match(/^\/whip\/r\/[\w-]{22}$/);
    expect(headers.get('etag')).to.match(/^"[\w-]{22}"$/);
    expect(headers.get('accept-patch')).to.equal(fragmentType);
    expect(headers.get('link')).to.match(
      /^<turn:turn\.example\.net\?transport=udp>; rel="ice-server"; username="\d+:[\w-]{12}"; credential="[^"]+"; credential-type="password"$/,
    );
    const sdp = await answer.text();
    // Once, in the first section of those that share a transport.
    expect(sdp.match(/a=candidate:1 1 UDP 1 192\.0\.2\.1 9 typ host\r\na=end-of-candidates\r\n/g)).to.have.lengthOf(1);
    expect(sdp.indexOf('a=candidate')).to.be.below(sdp.indexOf('m=video'));
  });

  it('is an ordinary participant: seen, listed as ingress, recorded, muted, and gone when it says so', async () => {
    const told: RoomEvent['type'][] = [];
    const watcher = await stage.watch(({ type }) => told.push(type));
    const path = await location();
    expect(told).to.deep.equal(['participantJoined', 'publicationOpened']);
    const obs = stage.rooms.find('r')?.find('obs');
    expect(obs?.publicationOf('webcam')?.kinds).to.deep.equal(['audio', 'video']);

    const { participants } = (await (await fetch(`${stage.origin}/api/v1/rooms/r`, asAdmin)).json()) as {
      participants: { identity: string; kind: string; dialect: string; displayName: string }[];
    };
    expect(participants.find(({ identity }) => identity === 'obs')).to.include({
      ...{ kind: 'ingress', dialect: 'whip', displayName: "obs's" },
    });
    expect(participants.find(({ identity }) => identity === 'watcher')).to.include({ kind: 'standard' });
    const listed = await fetch(`${stage.origin}/twirp/livekit.RoomService/GetParticipant`, {
      ...{ method: 'POST', body: JSON.stringify({ room: 'r', identity: 'obs' }) },
      headers: { ...asAdmin.headers, 'Content-Type': 'application/json' },
    });
    expect(await listed.json()).to.include({ identity: 'obs', kind: 'INGRESS' });

    const moderator = { administrator: 'admin', bearer: administrator };
    const recording = await watcher.room.recordedBy(moderator).start({});
    await until('it is recorded', () => stage.media.recorders.size === 1);
    await watcher.room.recordedBy(moderator).stop(recording.id);
    if (obs) await watcher.room.moderatedBy(moderator).mute(obs, ['video'], true);
    expect(obs?.state).to.include({ audio: true, video: false });

    const deleted = await stage.ask(path, { method: 'DELETE' });
    expect(deleted.status).to.equal(200);
    expect(told.at(-1)).to.equal('participantLeft');
    expect((await stage.ask(path, { method: 'DELETE' })).status).to.equal(404);
  });

  it('may tell candidates later, and nothing else', async () => {
    const answer = await stage.begin('/whip/r', { token: tokenOf('obs') });
    const path = answer.headers.get('location') ?? '';
    const etag = answer.headers.get('etag') ?? '';
    const patch = async (headers: Readonly<Record<string, string>>, body = fragment): Promise<number> =>
      (await stage.ask(path, { method: 'PATCH', body, headers: { 'Content-Type': fragmentType, ...headers } })).status;
    expect(await patch({ 'If-Match': etag })).to.equal(204);
    const { candidates } = stage.endpoint;
    expect(candidates).to.deep.equal([
      { candidate: 'candidate:1 1 UDP 1 192.0.2.9 9 typ host', sdpMid: '1', sdpMLineIndex: 1 },
    ]);
    expect(await patch({})).to.equal(428);
    expect(await patch({ 'If-Match': '"another"' })).to.equal(412);
    expect(await patch({ 'If-Match': etag }, 'no fragment')).to.equal(400);
    expect(await patch({ 'If-Match': etag }, fragment.replace('mid:1', 'mid:7'))).to.equal(400);
    expect(await patch({ 'If-Match': '*' }, 'a=end-of-candidates\r\n'), 'a restart of nothing').to.equal(400);
    expect(await patch({ 'If-Match': etag, 'Content-Type': 'application/sdp' })).to.equal(415);
    expect((await stage.ask(path, { method: 'GET' })).status).to.equal(405);
    expect((await stage.ask(path.replace('/r/', '/s/'), { method: 'DELETE' })).status, 'another room').to.equal(404);
    expect(candidates).to.have.lengthOf(1);
  });

  it('replaces its older session, which is not there any more', async () => {
    const older = await location();
    const newer = await location();
    expect(stage.participants.map(({ identity }) => identity)).to.deep.equal(['obs']);
    expect(stage.media.endpoints.size).to.equal(1);
    expect((await stage.ask(older, { method: 'DELETE' })).status).to.equal(404);
    expect((await stage.ask(newer, { method: 'DELETE' })).status).to.equal(200);
  });

  it('without a token is somebody new each time', async () => {
    for (let turn = 0; turn < 2; turn += 1) await stage.begin('/whip/r');
    expect(stage.participants.map(({ id }) => id).every((id) => /^whip-[\w-]{8}$/.test(id))).to.equal(true);
    expect(stage.participants).to.have.lengthOf(2);
  });

  it('that is evicted, or whose stream was ended, has no session any more', async () => {
    const moderator = { administrator: 'admin', bearer: administrator };
    const evicted = await location();
    const [obs] = stage.participants;
    if (obs) obs.room.moderatedBy(moderator).evict(obs);
    expect((await stage.ask(evicted, { method: 'DELETE' })).status).to.equal(404);
    await location(tokenOf('encoder'));
    const [encoder] = stage.participants;
    if (encoder) encoder.room.moderatedBy(moderator).unpublish(encoder);
    await stage.empty();
    await location(tokenOf('third'));
    stage.endpoint.vanish();
    await stage.empty();
  });

  it('may ask from a page: OPTIONS says what there is', async () => {
    const headers = { Origin: stage.origin, 'Access-Control-Request-Method': 'POST' };
    const making = await stage.ask('/whip/r', { method: 'OPTIONS', headers });
    expect(making.status).to.equal(204);
    expect(making.headers.get('accept-post')).to.equal('application/sdp');
    expect(making.headers.get('access-control-allow-origin')).to.equal(stage.origin);
    expect(making.headers.get('access-control-allow-headers')).to.equal('Authorization, Content-Type, If-Match');
    const atSession = await stage.ask('/whip/r/any', { method: 'OPTIONS', headers });
    expect(atSession.headers.get('accept-patch')).to.equal(fragmentType);
    expect(atSession.headers.get('allow')).to.equal('PATCH, DELETE, OPTIONS');
    const begun = await stage.begin('/whip/r', { headers: { Origin: stage.origin } });
    expect(begun.headers.get('access-control-expose-headers')).to.include('Location, ETag, Link');
  });
});

describe('a WHIP client that is not heard', () => {
  const stage = new WhipStage({ whip: { gatherMs: 1, firstMediaMs: 40, lostAfterMs: 40 } });
  before(() => stage.start());
  after(() => stage.stop());

  it('is answered without candidates that do not come in time', async () => {
    const answer = await stage.ask('/whip/r', { body: offerOf('sendonly') });
    expect(answer.status).to.equal(201);
    expect(await answer.text()).to.not.include('candidate');
  });

  it('leaves when no media comes', () => stage.empty());

  it('leaves when its connection stays down, or is lost for good', async () => {
    for (const lose of ['stays down', 'is lost'] as const) {
      await stage.begin('/whip/r');
      const { listener } = stage.endpoint;
      listener.connectionChanged?.(true);
      listener.mediaChanged?.(true);
      if (lose === 'is lost') listener.connectionFailed?.({ own: [], remote: [] });
      else listener.connectionChanged?.(false);
      await stage.empty();
    }
  });
});

describe('clients of WHIP and WHEP when the server restarts', () => {
  it('go on with the next process, and nothing is released', async () => {
    const former = new WhipStage({ whip: { gatherMs: 1 } });
    await former.start();
    const begin = async (path: string, way: string): Promise<string> =>
      (await former.ask(path, { body: offerOf(way) })).headers.get('location') ?? '';
    const encoder = await begin('/whip/r', 'sendonly');
    const [publisher] = former.participants;
    const player = await begin(`/whep/r/${publisher?.id ?? ''}`, 'recvonly');
    let record: RoomsRecord | undefined;
    await former.service.handOver((given) => {
      record = given;
    });
    await former.stop();
    expect(former.media.endpoints.size).to.equal(2);

    const next = new WhipStage({}, { former: record }, former.media);
    await next.start();
    try {
      expect(next.participants.map(({ id }) => id)).to.include(publisher?.id);
      expect((await next.ask(player, { method: 'DELETE' })).status).to.equal(200);
      expect(next.media.endpoints.size).to.equal(1);
      next.endpoint.listener.connectionFailed?.({ own: [], remote: [] });
      expect((await next.ask(encoder, { method: 'DELETE' })).status).to.equal(404);
      await next.empty();
    } finally {
      await next.stop();
    }
  });
});

describe('a WHIP client of several nodes', () => {
  const worlds = new GivenOwner();
  const stage = new WhipStage({ whip: { gatherMs: 1 } }, { passing: passing('the owner', worlds) });
  let gateway: Gateway;
  before(async () => {
    await stage.start();
    gateway = await Gateway.start(nodeAt('the owner', stage.origin), configOf());
  });
  after(async () => {
    await gateway.stop();
    await stage.stop();
  });

  it('finds its session through any of them', async () => {
    const through = (path: string, given: RequestInit): Promise<Response> => fetch(`${gateway.origin}${path}`, given);
    const headers = { 'Content-Type': 'application/sdp' };
    const begun = await through('/whip/r', { method: 'POST', headers, body: offerOf('sendonly') });
    expect(begun.status).to.equal(201);
    const path = begun.headers.get('location') ?? '';
    const ofFragment = { 'Content-Type': fragmentType, 'If-Match': begun.headers.get('etag') ?? '' };
    expect((await through(path, { method: 'PATCH', headers: ofFragment, body: fragment })).status).to.equal(204);
    expect(stage.participants).to.have.lengthOf(1);
    expect((await through(path, { method: 'DELETE' })).status).to.equal(200);
    await stage.empty();
  });
});
