import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roomHash } from '../../cluster/names.js';
import { operations } from '../../rest/operations.js';
import type { Operation } from '../../rest/operation.js';
import type { GivenConfig } from '../../src/config.js';
import { Asker } from '../rest/asker.js';
import type { Reply } from '../rest/asker.js';
import { tokenWith } from '../support/tokens.js';
import { until } from '../support/until.js';
import { NodeInRedis, names } from './rooms-in-redis.js';
import { useClusterStage } from './served-node.js';

const adminToken = 'secret';
const headers = { authorization: `Bearer ${adminToken}` };
const roomPath = (name: string): string => `api/v1/rooms/${encodeURIComponent(name)}`;
/** What is about two rooms that differ in nothing but their names. */
type Step = readonly [
  method: string,
  path: (room: string, found: Readonly<Record<string, string>>) => string,
  body?: object,
];
const byPath =
  (rest = '') =>
  (room: string): string =>
    `${roomPath(room)}${rest}`;
const byQuery =
  (path: string, query = '') =>
  (room: string): string =>
    `api/v1/${path}?room=${encodeURIComponent(room)}${query}`;

/** Each operation about a room, and what it refuses. Ids of those who wait, and of bans, are found by an earlier step. */
const steps: readonly Step[] = [
  ['GET', byPath()],
  ['HEAD', byPath()],
  ['GET', byQuery('room')],
  ['POST', byPath(), {}],
  ['GET', byPath('/participants')],
  ['GET', byPath('/participants/ben')],
  ['GET', byQuery('participant', '&participant=ben')],
  ['GET', byPath('/participants/nobody')],
  ['PATCH', byPath(), { title: 'Größe', metadata: 'm'.repeat(50_000) }],
  ['PATCH', byPath(), { maxParticipants: 'many' }],
  ['PATCH', byPath(), { metadata: 'm'.repeat(70_000) }],
  ['PATCH', byPath('/participants/ben'), { name: 'Ben', muted: { audio: true }, grants: { canPublish: false } }],
  ['PATCH', byPath('/participants/nobody'), { name: 'Nobody' }],
  ['POST', byPath('/messages'), { text: 'hello', to: 'ben' }],
  ['POST', byPath('/messages'), { text: 'hello', to: 'nobody' }],
  ['DELETE', byPath('/participants/ben/publications/webcam')],
  ['POST', byPath('/bans'), { name: 'dora', banMs: -1 }],
  ['POST', byPath('/recordings'), {}],
  ['POST', byPath('/recordings'), { kinds: [] }],
  ['GET', byPath('/bans')],
  ['DELETE', (room, { ban = '' }) => `${roomPath(room)}/bans/${ban}`],
  ['DELETE', byPath('/bans/7')],
  ['PATCH', byPath(), { waitingRoom: true }],
  ['GET', byPath('/waiting')],
  ['GET', byPath('/participants/ben/quality')],
  ['GET', byPath('/participants/nobody/quality')],
  ['POST', byPath('/waiting/7/admit')],
  ['POST', byPath('/waiting/7/deny')],
  ['DELETE', byPath('/participants/ben?reason=enough')],
  ['GET', byPath()],
  ['GET', (room) => `close?room=${encodeURIComponent(room)}`],
  ['DELETE', byPath('?reason=over')],
  ['GET', byPath()],
];

/** What differs between the answers for the two rooms: when they were made, and what is drawn by chance. */
function plain(text: string, room: string): string {
  return text
    .replaceAll(room, 'ROOM')
    .replace(/"(?:sid":"[A-Z]{2}_\w+|id":"\d+)"/g, 'ID')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, 'DATE');
}

/** A call of LiveKit's RoomService, in JSON. */
async function livekit(server: { readonly url: string }, method: string, body: object): Promise<unknown> {
  const response = await fetch(new URL(`/twirp/livekit.RoomService/${method}`, server.url), {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

/** What `GET /metrics` says of the cluster, by name and labels without `atrium_cluster_`. */
async function figures(server: { readonly url: string }): Promise<Record<string, number>> {
  const text = await (await fetch(`${server.url}metrics`, { headers })).text();
  const lines = [...text.matchAll(/^atrium_cluster_(\S+) (\S+)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', value]) => [name, Number(value)]));
}

function plainLivekit(answer: unknown, room: string): string {
  return JSON.stringify(answer)
    .replaceAll(room, 'ROOM')
    .replace(/(RM|PA)_\w+/g, 'SID')
    .replace(/"(creationTime|joinedAt)(Ms)?":"\d+"/g, 'TIME');
}

describe('REST of several nodes', function () {
  this.timeout(60_000);
  const stage = useClusterStage();

  /** Nodes in this process, each with somebody that asks it. */
  async function nodes(count: number, given: GivenConfig = {}) {
    const all = await Promise.all(
      Array.from({ length: count }, async () => stage.node({ adminToken, closeEndpoint: 'token', ...given })),
    );
    const askers = await Promise.all(all.map(async ({ url }) => Asker.of(url)));
    return all.map((server, index) => {
      const asker = askers[index];
      if (!asker) throw new Error('there is one for each node');
      const ask = async (path: string, method = 'GET', body?: object): Promise<Reply> =>
        asker.ask(
          path,
          method,
          { ...headers, ...(body && { 'content-type': 'application/json' }) },
          body && JSON.stringify(body),
        );
      return { server, asker, ask };
    });
  }

  it('lists the rooms of all nodes, in the order they were opened, as one server does', async () => {
    const [one, two, three] = await nodes(3);
    if (!one || !two || !three) throw new Error('there are three');
    const [ana] = await stage.join(one.server, 'ana', 'of one');
    await two.ask('api/v1/rooms', 'POST', { name: 'of two', title: 'Two', metadata: 'm' });
    await two.ask('api/v1/rooms', 'POST', { name: 'unlisted', listed: false });
    await stage.join(three.server, 'ben', 'of one');
    const expected = [
      { name: 'of one', title: null, participants: 2, publications: 0, dialects: { 'kurento-room': 2 } },
      { name: 'of two', title: 'Two', participants: 0, publications: 0, dialects: {} },
    ];
    const allNames = ['of one', 'of two', 'unlisted'];
    for (const { ask, asker } of [one, two, three]) {
      await until('all see the same', async () => {
        const [{ body }, { body: all }] = await Promise.all([asker.ask('api/v1/rooms'), ask('getAllRooms')]);
        return JSON.stringify(body) === JSON.stringify(expected) && JSON.stringify(all) === JSON.stringify(allNames);
      });
      expect((await asker.ask('getAllRooms')).body).to.deep.equal(['of one', 'of two']);
    }
    const lists = await Promise.all([one, two, three].map(async ({ server }) => livekit(server, 'ListRooms', {})));
    expect(lists[0]).to.have.nested.property('rooms[1].metadata', 'm');
    expect(lists.slice(1)).to.deep.equal([lists[0], lists[0]]);
    const named = { names: ['of two', 'of nobody', 'of two'] };
    expect(await livekit(three.server, 'ListRooms', named))
      .to.have.property('rooms')
      .that.has.length(1);
    await ana.request('leaveRoom');
    await two.ask(roomPath('of two'), 'DELETE');
    expect((await two.ask('getAllRooms')).body, 'at once where it was').to.deep.equal(['of one', 'unlisted']);
    for (const { ask } of [one, two, three]) {
      await until('it is gone', async () => {
        const { body } = await ask('api/v1/rooms');
        return !JSON.stringify(body).includes('"of two"');
      });
    }
  });

  it('names the nodes to administrators', async () => {
    const [one, two] = await nodes(2);
    if (!one || !two) throw new Error('there are two');
    await stage.join(two.server, 'ana', 'r');
    expect((await one.asker.ask('api/v1/cluster')).status).to.equal(401);
    await until('the others are known', async () => {
      const { body } = await one.ask('api/v1/cluster');
      const [own, other] = (body as { nodes: Record<string, unknown>[] }).nodes;
      return (
        own?.state === 'up' && own.rooms === 0 && other?.state === 'up' && other.rooms === 1 && other.sockets === 1
      );
    });
    await two.server.stop();
    await until('it is gone', async () => {
      const { body } = await one.ask('api/v1/cluster');
      return (body as { nodes: unknown[] }).nodes.length === 1;
    });
  });

  it('answers what is about a room as the node does that owns it', async () => {
    const [owner, other] = await nodes(2);
    if (!owner || !other) throw new Error('there are two');
    const heard: string[][] = [];
    const answers: string[][] = [];
    // Names that differ in nothing but a letter.
    for (const [room, through] of [
      ['Räume a/b', owner],
      ['Räume c/d', other],
    ] as const) {
      const [ana] = await stage.join(owner.server, 'ana', room);
      const [ben] = await stage.join(other.server, 'ben', room);
      // Positions in a log differ from one moment to the next, so this answer is not compared as the others are.
      const { body: state } = await through.ask(`api/v1/debug/rooms/${encodeURIComponent(room)}`);
      expect(state).to.have.property('clients').that.has.lengthOf(2);
      const found: Record<string, string> = {};
      const told: string[] = [];
      for (const [method, path, body] of steps) {
        const reply = await through.ask(path(room, found), method, body);
        if (path === steps[16]?.[1] && method === 'POST') found.ban = String((reply.body as { id: unknown }).id);
        const { etag, 'cache-control': cache, 'content-type': type, 'content-length': length } = reply.headers;
        const isAlike = !reply.text.includes('"id"');
        told.push(
          `${method} ${reply.status} ${type} ${cache} ${etag === undefined} ${isAlike && length} ${reply.text}`,
        );
      }
      answers.push(told.map((text) => plain(text, room)));
      const { params } = await ben.take((frame) => frame.method === 'participantEvicted');
      const frames = [...ana.frames].map((frame) => plain(JSON.stringify(frame), room));
      heard.push([JSON.stringify(params), ...frames]);
    }
    expect(answers[1]).to.deep.equal(answers[0]);
    expect(heard[1]).to.deep.equal(heard[0]);
    expect(answers[0]?.map((text) => text.slice(0, 12))).to.include('DELETE 204 u');
    const asked = ['GET api/v1/debug/rooms/R', ...steps.map(([m, path]) => `${m} ${path('R', { ban: 'B' })}`)];
    const isAsked = ({ method, path }: Operation): boolean => {
      const pattern = new RegExp(`^${method.toUpperCase()} ${path.slice(1).replace(/\{\w+\}/g, '[^/]+')}(\\?|$)`);
      return asked.some((text) => pattern.test(text));
    };
    const aboutRooms = Object.values<Operation>(operations).filter(
      (operation) => 'room' in operation.params.shape && operation.node !== 'any',
    );
    expect(aboutRooms.filter((operation) => !isAsked(operation)).map(({ path }) => path)).to.deep.equal([]);
  });

  it('records rooms of other nodes, in the directory that they share', async () => {
    const recordingsDir = await mkdtemp(join(tmpdir(), 'atrium-shared-recordings-'));
    try {
      const [owner, other] = await nodes(2, { recordingsDir, recordingsMinFreeMb: 0 });
      if (!owner || !other) throw new Error('there are two');
      await owner.ask('api/v1/rooms', 'POST', { name: 'r/s' });
      const made = await other.ask('api/v1/room/recordings?room=r%2Fs', 'POST', { name: 'Monday' });
      expect([made.status, made.body]).to.have.nested.property('[1].state', 'recording');
      const { id } = made.body as { id: string };
      for (const { ask } of [owner, other]) {
        expect((await ask('api/v1/recordings?room=r%2Fs')).body).to.have.nested.property('recordings[0].id', id);
        expect((await ask(`api/v1/recordings/${id}`, 'DELETE')).status).to.equal(409);
      }
      for (const [verb, state] of [
        ['pause', 'paused'],
        ['resume', 'recording'],
        ['stop', 'ready'],
        ['stop', 'ready'],
      ] as const) {
        const changed = await other.ask(`api/v1/recordings/${id}/${verb}`, 'POST');
        expect([changed.status, (changed.body as { state: string }).state], verb).to.deep.equal([200, state]);
        for (const { ask } of [owner, other]) {
          await until('each node has it so', async () => {
            const { body } = await ask(`api/v1/recordings/${id}`);
            return (body as { state: string }).state === state;
          });
        }
      }
      expect((await other.ask(`api/v1/recordings/${id}/pause`, 'POST')).status).to.equal(409);
      expect((await other.ask(`api/v1/recordings/${id}`, 'DELETE')).status).to.equal(204);
      expect((await owner.ask(`api/v1/recordings/${id}`)).status).to.equal(404);
    } finally {
      await stage.clear();
      await rm(recordingsDir, { recursive: true, force: true });
    }
  });

  it('finds a room by its name in any form, and makes it where it is asked to', async () => {
    const [one, two] = await nodes(2);
    if (!one || !two) throw new Error('there are two');
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    const made = await one.ask('api/v1/rooms', 'POST', { name: decomposed });
    expect(made.status).to.equal(201);
    expect(made.body).to.include({ name: composed });
    for (const name of [composed, decomposed]) expect((await two.ask(roomPath(name))).body).to.deep.equal(made.body);
    const again = await two.ask('api/v1/rooms', 'POST', { name: decomposed, title: 'other' });
    expect([again.status, again.body]).to.deep.equal([200, made.body]);
    expect([one, two].map(({ server }) => server.rooms.names)).to.deep.equal([[composed], []]);
    // Both at once.
    const both = await Promise.all([one, two].map(async ({ ask }) => ask('api/v1/rooms', 'POST', { name: 'new' })));
    expect(both.map(({ status }) => status)).to.have.members([200, 201]);
    expect(both[0]?.body).to.deep.equal(both[1]?.body);
    for (const { ask } of [one, two]) expect((await ask(roomPath('absent'))).status).to.equal(404);
  });

  it('lets nobody do at another node what they may not do at the owner', async () => {
    const keys = 'backend: a-secret-of-more-than-32-characters';
    const [one, two] = await nodes(2, { keys });
    if (!one || !two) throw new Error('there are two');
    await one.ask('api/v1/rooms', 'POST', { name: 'r' });
    const status = async (authorization: string, method = 'GET', rest = '/bans'): Promise<number> =>
      (await two.asker.ask(`${roomPath('r')}${rest}`, method, { authorization })).status;
    const tokenFor = (room: string): string => `Bearer ${tokenWith({ video: { roomAdmin: true, room } }, keys)}`;
    expect(await status('')).to.equal(401);
    expect(await status('Bearer wrong')).to.equal(401);
    expect(await status(tokenFor('other'))).to.equal(403);
    expect(await status(tokenFor('r'))).to.equal(200);
    expect(await status(tokenFor('other'), 'DELETE', '')).to.equal(403);
    expect((await two.asker.ask(roomPath('r'))).body).to.have.all.keys(
      ...['name', 'title', 'participants', 'publications', 'dialects'],
    );
    expect(await status(tokenFor('r'), 'DELETE', '')).to.equal(204);
    expect(one.server.rooms.names).to.deep.equal([]);
  });

  it("serves LiveKit's API at each node", async () => {
    const [owner, other] = await nodes(2);
    if (!owner || !other) throw new Error('there are two');
    const results: unknown[][] = [];
    for (const [room, { server }] of [
      ['room-a', owner],
      ['room-b', other],
    ] as const) {
      await livekit(owner.server, 'CreateRoom', { name: room, metadata: 'm' });
      const [ana] = await stage.join(owner.server, 'ana', room, { features: ['streams'] });
      const identity = 'ana';
      const calls: [method: string, body: object][] = [
        ['CreateRoom', { name: room }],
        ['UpdateRoomMetadata', { room, metadata: 'n' }],
        ['ListParticipants', { room }],
        ['GetParticipant', { room, identity }],
        ['GetParticipant', { room, identity: 'nobody' }],
        ['UpdateParticipant', { room, identity, name: 'Ana', attributes: { a: 'b' } }],
        ['MutePublishedTrack', { room, identity, trackSid: 'TR_7', muted: true }],
        ['UpdateSubscriptions', { room, identity, trackSids: ['TR_7'] }],
        ['SendData', { room, data: 'aGk=', topic: 't', nonce: 'AAAA' }],
        ['SendData', { room, data: 'aGk=', topic: 't', nonce: 'AAAA' }],
        ['RemoveParticipant', { room, identity }],
        ['DeleteRoom', { room }],
        ['DeleteRoom', { room }],
        ['MoveParticipant', { room, identity }],
      ];
      const answers = [];
      for (const [method, body] of calls) answers.push(plainLivekit(await livekit(server, method, body), room));
      await ana.take((frame) => frame.method === 'participantEvicted');
      results.push([answers, ana.frames.filter(({ method }) => method === 'data').length]);
    }
    expect(results[1]).to.deep.equal(results[0]);
    expect(results[0]?.[1], 'a nonce counts at every node').to.equal(1);
  });

  it('finds a room that has just moved', async () => {
    const [one, two] = await nodes(2);
    if (!one || !two) throw new Error('there are two');
    await one.ask('api/v1/rooms', 'POST', { name: 'r' });
    await until('they know each other', async () => {
      const answers = await Promise.all([one, two].map(async ({ ask }) => ask('api/v1/cluster')));
      return answers.every(({ body }) => (body as { nodes: unknown[] }).nodes.length === 2);
    });
    for (const from of [one, two]) {
      const to = from === one ? two : one;
      expect((await two.ask(roomPath('r'), 'PATCH', { title: 'before' })).status).to.equal(200);
      expect((await one.ask('api/v1/cluster/rooms/r/move', 'POST', {})).status).to.equal(200);
      const replies = await Promise.all(
        [one, two].map(async ({ ask }) => ask(roomPath('r'), 'PATCH', { title: 'now' })),
      );
      expect(replies.map(({ status }) => status)).to.deep.equal([200, 200]);
      expect([from, to].map(({ server }) => server.rooms.names)).to.deep.equal([[], ['r']]);
      expect((await from.ask('getAllRooms')).body).to.deep.equal(['r']);
    }
  });

  it('counts nothing of a cluster where there is none', async () => {
    const alone = await stage.node({ redisUrl: '', adminToken });
    expect(await figures(alone)).to.deep.equal({});
    expect((await (await Asker.of(alone.url)).ask('api/v1/cluster', 'GET', headers)).status).to.equal(404);
  });

  it('is not disturbed by messages that no node sends', async () => {
    const [one, two] = await nodes(2);
    if (!one || !two) throw new Error('there are two');
    await two.ask('api/v1/rooms', 'POST', { name: 'r' });
    const { nodes: known } = (await two.ask('api/v1/cluster')).body as { nodes: { id: string }[] };
    const channel = names.channelOf(known[0]?.id ?? '');
    const stranger = await NodeInRedis.start(stage.redis, 'stranger');
    const ask = { v: 1, t: 'ask', r: roomHash('r'), g: 'stranger', i: '1', room: 'r', u: Date.now() + 60_000 };
    for (const text of [
      ...['', '{', '7', '[]', '[null]', JSON.stringify([{ ...ask, t: 'nonsense' }]), JSON.stringify([ask])],
      ...['', '{}', 'null', '{"method":"GET","url":"x","headers":{},"body":"","address":""}'].map((b) =>
        JSON.stringify([{ ...ask, b }]),
      ),
      JSON.stringify([{ ...ask, b: JSON.stringify({ method: 'GET /', url: '/\n', headers: { a: '\n' }, body: 7 }) }]),
      JSON.stringify([
        { ...ask, b: JSON.stringify({ method: 'GET', url: '/', headers: { a: '\n' }, body: '', address: '' }) },
      ]),
      JSON.stringify([{ ...ask, b: JSON.stringify({ method: 'G T', url: '/', headers: {}, body: '', address: '' }) }]),
    ]) {
      await stranger.hub.call('PUBLISH', channel, text);
    }
    await until('each is refused', () => stranger.heard.length === 7);
    expect(stranger.heard.every((text) => text.includes('"refused"'))).to.equal(true);
    expect((await one.ask(roomPath('r'))).status).to.equal(200);
    stranger.die();
    // Those that are no list of messages, or hold one that is none.
    expect((await figures(two.server)).dropped_messages_total).to.equal(6);
  });

  it('says that a room cannot be reached when its node dies, and finds it at the next one', async () => {
    const owner = await stage.nodeProcess(0, { ADMIN_TOKEN: adminToken });
    const [one, two] = await nodes(2);
    if (!one || !two) throw new Error('there are two');
    await stage.join(owner, 'ana', 'r');
    const [ben] = await stage.join(one.server, 'ben', 'r');
    expect((await one.ask(roomPath('r'))).status).to.equal(200);
    const before = await figures(one.server);
    // A request and its answer have passed between the nodes at least.
    expect(before.frames_relayed_total).to.be.greaterThan(1);
    expect(before).to.include({ rooms_owned: 0, 'takeovers_total{cause="dead"}': 0, takeover_seconds_count: 0 });
    await ben.request('leaveRoom');
    await owner.end('SIGKILL');
    const reply = await one.ask(roomPath('r'), 'PATCH', { title: 'T' });
    expect([reply.status, reply.headers['retry-after']]).to.deep.equal([503, '2']);
    expect(reply.body).to.include({ code: 'room-unreachable' });
    for (const { ask } of [one, two]) {
      await until('it is found', async () => (await ask(roomPath('r'), 'PATCH', { title: 'T' })).status === 200);
      expect((await ask(roomPath('r'))).body).to.have.nested.property('participants[0].id', 'ana');
    }
    const [first, second] = await Promise.all([figures(one.server), figures(two.server)]);
    const next = first.rooms_owned === 1 ? first : second;
    expect(next).to.include({ rooms_owned: 1, 'takeovers_total{cause="dead"}': 1, takeover_seconds_count: 1 });
    expect(next['takeover_seconds_bucket{le="+Inf"}']).to.equal(1);
    expect(next.takeover_seconds_sum).to.be.within(0, 10);
    expect(next.commit_seconds_count).to.be.greaterThan(0);
  });

  it('says so too while Redis is away', async () => {
    const [one] = await nodes(1);
    if (!one) throw new Error('there is one');
    await one.ask('api/v1/rooms', 'POST', { name: 'r' });
    await stage.redis.kill();
    await until('the node waits', async () => (await one.ask(roomPath('r'))).status === 503);
    for (const path of [roomPath('r'), roomPath('absent'), 'api/v1/rooms', 'getAllRooms']) {
      const { status, body } = await one.ask(path);
      expect([path, status, (body as { code: unknown }).code]).to.deep.equal([path, 503, 'room-unreachable']);
    }
    await stage.redis.start();
    await until('the node goes on', async () => (await one.ask(roomPath('r'))).status === 200);
    expect((await figures(one.server)).frozen_seconds_total).to.be.greaterThan(0);
    expect((await one.ask('getAllRooms')).body).to.deep.equal(['r']);
  });
});
