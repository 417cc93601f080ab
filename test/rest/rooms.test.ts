import { expect } from 'chai';
import { publishOffer, receiveOffer } from '../support/fixtures.js';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { Asker } from './asker.js';

/** Names that a careless server or client would misread. */
const strangeNames = ['/', '..', '.', '%', '%2F', 'a/b/../c', '🦉', ' ', '?x=1#y', 'é', '"\\', '__proto__', '{room}'];
const bearer = { Authorization: 'Bearer secret-token' };

function roomPath(room: string, participant?: string): string {
  // encodeURIComponent does not encode dots, which another client would resolve.
  const encode = (name: string) => encodeURIComponent(name).replace(/\./g, '%2E');
  const path = `api/v1/rooms/${encode(room)}`;
  return participant === undefined ? path : `${path}/participants/${encode(participant)}`;
}

/** A proxy may decode %2F in a path, or refuse it. It leaves the query alone. */
function roomQuery(room: string, participant?: string): string {
  const query = `room=${encodeURIComponent(room)}`;
  return participant === undefined
    ? `api/v1/room?${query}`
    : `api/v1/participant?${query}&participant=${encodeURIComponent(participant)}`;
}

describe('REST /api/v1/rooms', () => {
  const server = useServer({ adminToken: 'secret-token', evictionMs: 0 });
  let asker: Asker;
  let clients: RpcClient[] = [];
  before(async () => {
    asker = await Asker.of(server().url);
  });
  afterEach(async () => {
    for (const client of clients) {
      // The server closes clients whose room was closed, and then does not answer.
      await Promise.race([client.call('closeSession'), client.closed]);
      await client.closed;
    }
    clients = [];
  });

  async function join(user: string, room: string): Promise<RpcClient> {
    const client = await RpcClient.connect(server().url);
    clients.push(client);
    await client.request('joinRoom', { user, room });
    return client;
  }

  it('lists rooms with the number of their participants', async () => {
    expect((await asker.ask('api/v1/rooms')).body).to.deep.equal([]);
    await join('ana', 'first');
    await join('berta', 'first');
    await join('ana', 'second');
    expect((await asker.ask('api/v1/rooms')).body).to.deep.equal([
      { name: 'first', title: null, participants: 2, publications: 0, dialects: { 'kurento-room': 2 } },
      { name: 'second', title: null, participants: 1, publications: 0, dialects: { 'kurento-room': 1 } },
    ]);
  });

  it('shows the participants of a room, since when they publish, and whom they receive', async () => {
    const ana = await join('ana', 'media');
    const berta = await join('berta', 'media');
    const before = Date.now();
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    await berta.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
    const { body } = await asker.ask(roomPath('media'), 'GET', bearer);
    const { participants } = body as { participants: { publication: { since: string } | null }[] };
    const since = participants[0]?.publication?.since ?? '';
    expect(Date.parse(since)).to.be.within(before, Date.now());
    expect(body).to.deep.include({ name: 'media', title: null });
    expect(participants).to.have.lengthOf(2);
    expect(participants[0]).to.deep.include({
      id: 'ana',
      identity: 'ana',
      name: 'ana',
      displayName: 'ana',
      dialect: 'kurento-room',
      kind: 'standard',
      hidden: false,
      publication: { state: 'open', since, stream: 'camera', kinds: ['audio', 'video'] },
      subscriptions: [],
    });
    expect(participants[1]).to.deep.include({
      id: 'berta',
      name: 'berta',
      publication: null,
      subscriptions: [{ publisher: 'ana', stream: 'webcam', state: 'open' }],
    });
    expect((await asker.ask('api/v1/rooms')).body).to.deep.equal([
      { name: 'media', title: null, participants: 2, publications: 1, dialects: { 'kurento-room': 2 } },
    ]);

    await ana.request('unpublishVideo');
    const after = (await asker.ask(roomPath('media'), 'GET', bearer)).body;
    expect(after).to.have.nested.property('participants[0].publication', null);
    expect(after).to.have.deep.nested.property('participants[1].subscriptions', []);
  });

  it('tells a stranger of a room how many are in it, and no name', async () => {
    const ana = await join('ana', 'media');
    await join('berta', 'media');
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    expect((await asker.ask(roomPath('media'))).body).to.deep.equal({
      name: 'media',
      title: null,
      participants: 2,
      publications: 1,
      dialects: { 'kurento-room': 2 },
    });
    expect((await asker.ask(roomPath('media'), 'GET', { Authorization: 'Bearer wrong' })).status).to.equal(401);
  });

  for (const [how, address] of [
    ['in the path', roomPath],
    ['in the query', roomQuery],
  ] as const) {
    it(`finds rooms and participants of any name ${how}`, async () => {
      for (const name of [...strangeNames, 'team/a']) {
        const ana = await join(name, name);
        const { status, body } = await asker.ask(address(name), 'GET', bearer);
        expect(status, name).to.equal(200);
        expect(body).to.deep.include({ name }).and.have.property('participants').that.has.length(1);
        expect((await asker.ask(address(name, name), 'DELETE', bearer)).status, name).to.equal(204);
        await ana.notified('participantEvicted');
        expect((await asker.ask(address(name))).status, name).to.equal(404);
        await join(name, name);
        expect((await asker.ask(address(name), 'DELETE', bearer)).status, name).to.equal(204);
        expect((await asker.ask('api/v1/rooms')).body, name).to.deep.equal([]);
      }
    });

    it(`answers 404 for a room or participant that is not there, named ${how}`, async () => {
      await join('ana', 'r');
      const cases = [
        [address('nowhere'), 'GET', 'room-not-found'],
        [address('constructor'), 'GET', 'room-not-found'],
        [address('nowhere'), 'DELETE', 'room-not-found'],
        [address('nowhere', 'ana'), 'DELETE', 'room-not-found'],
        [address('r', 'Ana'), 'DELETE', 'participant-not-found'],
      ] as const;
      for (const [path, method, code] of cases) {
        const { status, body } = await asker.ask(path, method, bearer);
        expect(status, path).to.equal(404);
        expect(body, path).to.deep.include({ code, title: 'Not Found' });
      }
    });
  }

  it('needs exactly one room and one participant in the query', async () => {
    const paths = ['api/v1/room', 'api/v1/room?room=', 'api/v1/room?room=a&room=b', 'api/v1/participant?room=a'];
    for (const path of paths) expect((await asker.ask(path, 'DELETE', bearer)).status, path).to.equal(400);
  });

  it('DELETE closes a room: everybody is told, and its name is free at once', async () => {
    const ana = await join('ana', 'r');
    const berta = await join('berta', 'r');
    const { status, text } = await asker.ask(roomPath('r'), 'DELETE', bearer);
    expect(status).to.equal(204);
    expect(text).to.equal('');
    expect(await ana.notified('roomClosed')).to.deep.equal({ room: 'r' });
    expect(await berta.notified('roomClosed')).to.deep.equal({ room: 'r' });
    expect(await ana.refusal('unpublishVideo')).to.equal(102);
    await join('ana', 'r');
  });

  it('DELETE evicts a participant: the others are told first, then the participant (Kurento Room §8)', async () => {
    const ana = await join('ana', 'r');
    const berta = await join('berta', 'r');
    expect((await asker.ask(roomPath('r', 'berta'), 'DELETE', bearer)).status).to.equal(204);
    expect(await berta.notified('participantEvicted')).to.deep.equal({});
    expect(await ana.notified('participantLeft')).to.deep.equal({ name: 'berta' });
    expect((await asker.ask(roomPath('r', 'berta'), 'DELETE', bearer)).status).to.equal(404);
    expect((await asker.ask(roomPath('r', 'ana'), 'DELETE', bearer)).status).to.equal(204);
    expect((await asker.ask('api/v1/rooms')).body).to.deep.equal([]);
  });

  it('changes nothing without the token', async () => {
    await join('ana', 'r');
    const given = [
      undefined,
      '',
      'secret-token',
      'Bearer',
      'Bearer ',
      'Bearer wrong',
      'Bearer secret-token2',
      'Basic c2U=',
    ];
    for (const authorization of given) {
      for (const path of [
        roomPath('r'),
        roomPath('r', 'ana'),
        roomPath('nowhere'),
        roomQuery('r'),
        roomQuery('r', 'ana'),
      ]) {
        const headers = authorization === undefined ? {} : { Authorization: authorization };
        const reply = await asker.ask(path, 'DELETE', headers);
        expect(reply.status, authorization).to.equal(401);
        expect(reply.headers['www-authenticate'], authorization).to.match(/^Bearer/);
        expect(reply.body).to.deep.include({ code: 'token-needed' });
      }
    }
    expect((await asker.ask(roomPath('r'))).status).to.equal(200);
    expect((await asker.ask(roomPath('r'), 'DELETE', { Authorization: 'bearer  secret-token' })).status).to.equal(204);
  });
});

describe('REST /api/v1/rooms without an admin token', () => {
  const server = useServer();

  it('can be read, and nobody can change anything; 403 says what is missing', async () => {
    const asker = await Asker.of(server().url);
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { user: 'ana', room: 'r' });
    for (const headers of [{}, { Authorization: 'Bearer ' }, { Authorization: 'Bearer undefined' }]) {
      const { status, body } = await asker.ask(roomPath('r'), 'DELETE', headers);
      expect(status).to.equal(403);
      expect(body).to.have.property('detail').that.includes('ADMIN_TOKEN');
    }
    expect((await asker.ask(roomPath('r'))).status).to.equal(200);
    ana.cut();
  });
});

describe('REST DELETE of a participant', () => {
  const server = useServer({ adminToken: 'secret-token' });

  it('keeps it out of the room for EVICTION_MS: under its name, and under another one in the same session', async () => {
    const asker = await Asker.of(server().url);
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { user: 'ana', room: 'r' });
    expect((await asker.ask(roomPath('r', 'ana'), 'DELETE', bearer)).status).to.equal(204);
    await ana.notified('participantEvicted');
    const another = await RpcClient.connect(server().url);
    for (const [client, user, room, code] of [
      [ana, 'ana', 'r', 999],
      [ana, 'somebody else', 'r', 999],
      [another, 'ana', 'r', 999],
      [ana, 'ana', 'elsewhere', undefined],
      [another, 'berta', 'r', undefined],
    ] as const) {
      expect((await client.call('joinRoom', { user, room })).error?.code, `${user} in ${room}`).to.equal(code);
    }
    for (const client of [ana, another]) client.cut();
  });
});
