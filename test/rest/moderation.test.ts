import { expect } from 'chai';
import { makeToken } from '../../access/index.js';
import { noGrants, roles } from '../../rooms/index.js';
import type { Grants } from '../../rooms/index.js';
import { publishOffer } from '../support/fixtures.js';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { Asker } from './asker.js';

const key = 'backend';
const secret = 'a-secret-of-more-than-32-characters';
const admin = { Authorization: 'Bearer secret-token' };

/** The header of a program with a token for one room. */
async function as(grants: Partial<Grants>, room = 'r'): Promise<{ readonly Authorization: string }> {
  const token = await makeToken(
    { key, secret, room, identity: 'backend', grants: { ...noGrants, ...grants }, validForS: 60 },
    Date.now(),
  );
  return { Authorization: `Bearer ${token}` };
}

describe('REST: rooms, participants and moderation', () => {
  const server = useServer({ adminToken: 'secret-token', evictionMs: 0, keys: `${key}: ${secret}` });
  const clients: RpcClient[] = [];
  let asker: Asker;
  before(async () => {
    asker = await Asker.of(server().url);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) {
      client.cut();
      await client.closed;
    }
    for (const name of server().rooms.names) server().rooms.find(name)?.close('the test is over');
  });

  async function join(user: string, room = 'r'): Promise<RpcClient> {
    const client = await RpcClient.connect(server().url);
    clients.push(client);
    await client.request('joinRoom', { user, room });
    return client;
  }

  /** A request with a body of JSON. */
  function send(method: string, path: string, body: unknown, headers: object = admin) {
    const all = { ...headers, 'Content-Type': 'application/json' };
    return asker.ask(`api/v1/${path}`, method, all, JSON.stringify(body));
  }

  it('makes a room in advance with its settings, once', async () => {
    const given = {
      name: 'r',
      title: 'The hall',
      maxParticipants: 2,
      metadata: 'm',
      password: 'open',
      emptyTimeoutS: 9,
      chatHistory: 7,
      autoRecord: { sources: ['camera'] },
    };
    const made = await send('POST', 'rooms', given);
    expect(made.status).to.equal(201);
    expect(made.body).to.deep.include({ name: 'r', title: 'The hall', participants: [] });
    expect((made.body as { settings: object }).settings).to.deep.equal({
      title: 'The hall',
      maxParticipants: 2,
      emptyTimeoutS: 9,
      departureTimeoutS: 20,
      metadata: 'm',
      locked: false,
      waitingRoom: false,
      mutedOnEntry: false,
      listed: true,
      keepClosedS: 0,
      autoRecord: { sources: ['camera'] },
      chatHistory: 7,
      lastN: 0,
      audioLastN: 0,
      hasPassword: true,
    });
    const again = await send('POST', 'rooms', { name: 'r', title: 'Another' });
    expect([again.status, again.body]).to.deep.equal([200, made.body]);
    const changed = await send('PATCH', 'rooms/r', { password: null, locked: true });
    expect(changed.body)
      .to.have.property('settings')
      .that.includes({ hasPassword: false, locked: true, metadata: 'm' });
  });

  it('refuses what it does not know or cannot take, and says which member it is', async () => {
    await join('ana');
    const cases = [
      ['POST', 'rooms', { name: 'x', colour: 'red' }, 400, 'colour'],
      ['POST', 'rooms', { name: 'x', maxParticipants: -1 }, 400, 'maxParticipants'],
      ['POST', 'rooms', { name: 'x', metadata: 'é'.repeat(2_049) }, 400, 'Metadata'],
      ['POST', 'rooms', { name: 'a\u0000b' }, 400, 'U+0000'],
      ['POST', 'rooms', 7, 400, 'malformed'],
      ['PATCH', 'rooms/r/participants/ana', { muted: { audio: 'yes' } }, 400, 'muted.audio'],
      ['PATCH', 'rooms/r/participants/ana', { hand: true }, 400, 'hand'],
      ['POST', 'rooms/r/bans', { banMs: 5 }, 400, 'identity'],
      ['POST', 'rooms', { name: 'x', metadata: 'x'.repeat(70_000) }, 413, '64 kB'],
      ['POST', 'rooms/r/messages', {}, 400, 'either'],
      ['POST', 'rooms/r/messages', { text: 'x', topic: 'y' }, 400, 'either'],
      ['POST', 'rooms/r/messages', { data: 'AA==' }, 400, 'either'],
      ['POST', 'rooms/r/messages', { data: 'A', topic: '' }, 400, 'base64'],
      ['POST', 'rooms/r/messages', { text: 7 }, 400, 'text'],
      ['POST', 'rooms/r/messages', { text: 'x', to: [] }, 400, 'to'],
      ['POST', 'rooms/r/messages', { text: 'x', to: ['ana', 'ben'] }, 404, 'ben'],
      ['POST', 'rooms/x/messages', { text: 'x' }, 404, 'room'],
      ['POST', 'rooms/r/messages', { text: 'é'.repeat(8_193) }, 400, '16384'],
      ['POST', 'rooms/r/messages', { data: 'A'.repeat(21_848), topic: 't' }, 400, '16384'],
      ['DELETE', 'rooms/r/bans/7', undefined, 404, 'ban'],
      ['POST', 'rooms/r/waiting/7/admit', undefined, 404, 'waits'],
      ['DELETE', 'rooms/r/participants/ana/publications/webcam', undefined, 409, 'publishing'],
    ] as const;
    for (const [method, path, body, status, text] of cases) {
      const reply = await send(method, path, body);
      expect(reply.status, `${method} ${path} ${JSON.stringify(body ?? null).slice(0, 60)}`).to.equal(status);
      expect(reply.body, path).to.have.property('detail').that.includes(text);
    }
    const noJson = await asker.ask('api/v1/rooms', 'POST', { ...admin, 'Content-Type': 'text/plain' }, 'name=r');
    expect([noJson.status, (noJson.body as { code: string }).code]).to.deep.equal([415, 'wrong-type']);
    expect(server().rooms.names).to.deep.equal(['r']);
  });

  it('does what the grants of a token allow, in its room alone', async () => {
    await join('ana');
    const cases: readonly [Partial<Grants>, string, string, unknown, number][] = [
      [{ roomAdmin: true }, 'GET', 'rooms/r', undefined, 200],
      [{ roomAdmin: true }, 'GET', 'rooms/r/participants', undefined, 200],
      [{ roomAdmin: true }, 'PATCH', 'rooms/r', { locked: true }, 200],
      [{ roomAdmin: true }, 'POST', 'rooms', { name: 'new' }, 403],
      [{ roomCreate: true }, 'POST', 'rooms', { name: 'r' }, 200],
      [{ roomCreate: true }, 'PATCH', 'rooms/r', { locked: true }, 403],
      [{ roomCreate: true }, 'GET', 'rooms/r/bans', undefined, 403],
      [roles.PUBLISHER, 'POST', 'rooms/r/messages', { text: 'x' }, 403],
      [{ roomAdmin: true }, 'POST', 'rooms/r/messages', { text: 'x' }, 204],
      [roles.PUBLISHER, 'DELETE', 'rooms/r/participants/ana', undefined, 403],
      [roles.PUBLISHER, 'DELETE', 'rooms/r', undefined, 403],
      [{ roomCreate: true }, 'DELETE', 'rooms/r', undefined, 204],
    ];
    const elsewhere = await as({ roomAdmin: true }, 'another');
    expect((await send('PATCH', 'rooms/r', { locked: true }, elsewhere)).status).to.equal(403);
    for (const [grants, method, path, body, status] of cases) {
      const reply = await send(method, path, body, await as(grants));
      expect(reply.status, `${method} ${path} ${JSON.stringify(grants)}`).to.equal(status);
    }
    const bad = await send('PATCH', 'rooms/r', {}, { Authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' });
    expect([bad.status, (bad.body as { code: string }).code]).to.deep.equal([401, 'token-needed']);
  });

  it('mutes a publication, changes grants and what is shown, and lowers a hand', async () => {
    const ana = await join('ana');
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    const { body } = await send('PATCH', 'rooms/r/participants/ana', {
      muted: { audio: true },
      name: 'Ana',
      metadata: '{}',
      attributes: { colour: 'red' },
      grants: { canPublishData: false },
      hand: false,
    });
    expect(body).to.deep.include({ displayName: 'Ana', metadata: '{}', attributes: { colour: 'red' } });
    expect(body).to.have.nested.property('state.mutedByModerator').that.deep.equals(['audio']);
    expect(body).to.have.nested.property('grants.canPublishData', false);
    expect(await ana.refusal('sendMessage', { message: 'hello', userMessage: 'ana', roomMessage: 'r' })).to.equal(401);
    const role = await send('PATCH', 'rooms/r/participants/ana', { role: 'SUBSCRIBER', muted: { audio: false } });
    expect(role.body).to.deep.include({ publication: null });
    expect(role.body).to.have.nested.property('state.mutedByModerator').that.deep.equals([]);
  });

  it('shows, mutes and ends each stream of a participant by itself', async () => {
    const ana = await join('ana');
    for (const stream of ['webcam', 'screen']) await ana.request('publishVideo', { sdpOffer: publishOffer, stream });
    const of = (body: unknown) =>
      (body as { publications: { stream: string; source: string; muted: string[] }[] }).publications.map(
        ({ stream, source, muted }) => [stream, source, muted.join('+')].join(' '),
      );
    const both = await send('PATCH', 'rooms/r/participants/ana', { muted: { audio: true }, stream: 'screen' });
    expect(of(both.body)).to.deep.equal(['webcam camera ', 'screen screen audio']);
    expect((await send('PATCH', 'rooms/r/participants/ana', { muted: {}, stream: 'Screen' })).status).to.equal(400);
    const path = 'rooms/r/participants/ana/publications/';
    expect((await send('DELETE', `${path}whiteboard`, undefined)).status).to.equal(409);
    expect((await send('DELETE', `${path}screen`, undefined)).status).to.equal(204);
    expect(of((await send('GET', 'rooms/r/participants/ana', undefined)).body)).to.deep.equal(['webcam camera ']);
    expect((await send('GET', 'rooms/r', undefined)).body).to.have.nested.property(
      'participants[0].publications.length',
      1,
    );
  });

  it('bans, shows and lifts bans, and lets those in who wait', async () => {
    await join('ana');
    const ban = await send('POST', 'rooms/r/bans', { name: 'ben', banMs: -1 });
    expect(ban.status).to.equal(201);
    const { id } = ban.body as { id: string };
    const ben = await RpcClient.connect(server().url);
    clients.push(ben);
    expect(await ben.refusal('joinRoom', { user: 'ben', room: 'r' })).to.equal(401);
    expect((await send('GET', 'rooms/r/bans', undefined)).body).to.deep.equal([{ id, name: 'ben', until: null }]);
    expect((await send('DELETE', `rooms/r/bans/${id}`, undefined)).status).to.equal(204);
    await send('PATCH', 'rooms/r', { waitingRoom: true });
    expect(await ben.refusal('joinRoom', { user: 'ben', room: 'r' })).to.equal(401);
    const [waiting] = (await send('GET', 'rooms/r/waiting', undefined)).body as {
      id: string;
      name: string;
      door: string;
    }[];
    expect(waiting).to.include({ name: 'ben', door: 'kurento-room' });
    expect((await send('POST', `room/waiting/${waiting?.id}/admit?room=r`, undefined)).status).to.equal(204);
    await ben.request('joinRoom', { user: 'ben', room: 'r' });
    expect((await send('DELETE', 'rooms/r/participants/ben?banMs=60000&reason=enough', undefined)).status).to.equal(
      204,
    );
    expect(await ben.refusal('joinRoom', { user: 'ben', room: 'r' })).to.equal(401);
  });

  it('does not list a room that says so, except to those who may see all', async () => {
    await send('POST', 'rooms', { name: 'secret', listed: false });
    const names = async (headers: object) =>
      ((await asker.ask('api/v1/rooms', 'GET', { ...headers })).body as { name: string }[]).map(({ name }) => name);
    expect(await names({})).to.deep.equal([]);
    expect((await asker.ask('getAllRooms')).body).to.deep.equal([]);
    expect(await names(await as({ roomList: true }))).to.deep.equal(['secret']);
    expect(await names(admin)).to.deep.equal(['secret']);
  });
});
