import { expect } from 'chai';
import { publishOffer, receiveOffer } from '../../support/fixtures.js';
import { RpcClient } from '../../support/rpc-client.js';
import { startTestServer, useServer } from '../../support/server.js';
import { stalled } from '../../support/stalled.js';

describe('Kurento Room §1 a session', () => {
  const server = useServer({
    maxQueuedRequests: 50,
    maxQueuedBytes: 65_536,
    maxTextBytes: 65_536,
    kurentoRoom: { sessionGraceMs: 100 },
  });
  const clients: RpcClient[] = [];

  async function connect(): Promise<RpcClient> {
    const client = await RpcClient.connect(server().url);
    clients.push(client);
    return client;
  }

  async function join(user: string, room: string): Promise<RpcClient> {
    const client = await connect();
    await client.request('joinRoom', { user, room });
    return client;
  }

  async function rooms(): Promise<unknown> {
    return (await fetch(`${server().url}getAllRooms`)).json();
  }

  afterEach(() => {
    for (const client of clients.splice(0)) client.cut();
  });

  it('§1.6 that loses its socket leaves its room when the grace time is over, and the others are told', async () => {
    const [ana, berta] = [await join('ana', 'lost'), await join('berta', 'lost')];
    berta.cut();
    expect(await ana.notified('participantLeft')).to.deep.equal({ name: 'berta' });
  });

  it('§1.6 frees its name and its room when its socket is lost', async () => {
    const [ana, berta] = [await join('ana', 'freed'), await join('berta', 'freed')];
    berta.cut();
    await ana.notified('participantLeft');
    await join('berta', 'freed');
    expect(await rooms()).to.deep.equal(['freed']);
  });

  it('§1.7 gets its answers in the order of its requests, also if some wait for media', async () => {
    const ana = await connect();
    ana.send({ jsonrpc: '2.0', id: 1, method: 'joinRoom', params: { user: 'ana', room: 'order' } });
    ana.send({ jsonrpc: '2.0', id: 2, method: 'publishVideo', params: { sdpOffer: publishOffer } });
    ana.send({ jsonrpc: '2.0', id: 3, method: 'unpublishVideo' });
    ana.send({
      jsonrpc: '2.0',
      id: 4,
      method: 'sendMessage',
      params: { message: 'm', userMessage: 'ana', roomMessage: 'order' },
    });
    ana.send({ jsonrpc: '2.0', id: 5, method: 'leaveRoom' });
    await ana.take((frame) => frame.id === 5).then((frame) => expect(frame.result).to.be.an('object'));
    expect(ana.frames.filter((frame) => frame.id !== undefined).map((frame) => frame.id)).to.deep.equal([1, 2, 3, 4]);
    expect(ana.frames.filter((frame) => frame.error)).to.deep.equal([]);
  });

  it('§1.4 gets its pong while a request is still in progress', async () => {
    const ana = await join('ana', 'pong');
    ana.send({ jsonrpc: '2.0', id: 'publish', method: 'publishVideo', params: { sdpOffer: publishOffer } });
    ana.send({ jsonrpc: '2.0', id: 'ping', method: 'ping' });
    await ana.take((frame) => frame.id === 'publish');
    expect(
      ana.frames.map((frame) => frame.id),
      'the pong came first',
    ).to.include('ping');
  });

  it('§1.7 runs a request that is repeated under the same id while it is in progress once', async () => {
    const ana = await join('ana', 'repeat');
    const request = { jsonrpc: '2.0', id: 9, method: 'publishVideo', params: { sdpOffer: publishOffer } };
    ana.send(request);
    ana.send(request);
    const answer = await ana.take((frame) => frame.id === 9);
    expect(answer.error).to.equal(undefined);
    await ana.settle();
    expect(ana.frames.filter((frame) => frame.id === 9)).to.deep.equal([]);
  });

  it('§3.8 may join again on the same socket after it left, and is the same session', async () => {
    const ana = await connect();
    const first = await ana.request('joinRoom', { user: 'ana', room: 'again' });
    await ana.request('leaveRoom');
    const second = await ana.request('joinRoom', { user: 'ana', room: 'again' });
    expect(second.sessionId).to.be.a('string').and.to.equal(first.sessionId);
    expect(await ana.refusal('sendMessage', { message: '', userMessage: 'x', roomMessage: 'again' })).to.equal(102);
  });

  it('§3.8 keeps its socket after it left if it pings or names its session, for longer than another one', async () => {
    const [ana, berta, carla] = [await connect(), await connect(), await connect()];
    const ids = new Map<RpcClient, unknown>();
    for (const client of [ana, berta, carla]) {
      const { sessionId } = await client.request('joinRoom', { user: 'ana', room: 'kept' });
      ids.set(client, sessionId);
      await client.request('leaveRoom', client === ana ? { sessionId } : {});
    }
    expect(await berta.request('ping')).to.deep.equal({ value: 'pong', sessionId: ids.get(berta) });
    expect(await carla.closed).to.equal(1000);
    for (const client of [ana, berta]) {
      expect((await client.request('joinRoom', { user: 'ana', room: 'kept' })).sessionId).to.equal(ids.get(client));
      await client.request('leaveRoom');
    }
  });

  it('§1.3 may have its own id in its requests, and no other', async () => {
    const ana = await connect();
    const { sessionId } = await ana.request('joinRoom', { user: 'ana', room: 'hijack' });
    expect(await ana.request('ping', { sessionId })).to.deep.equal({ value: 'pong', sessionId });
    const mallory = await connect();
    expect(await mallory.refusal('leaveRoom', { sessionId })).to.equal(40_007);
    expect(await rooms()).to.include('hijack');
  });

  it('§1.1 and §6.4 survives binary frames', async () => {
    const ana = await join('ana', 'binary');
    ana.send(new Uint8Array([0, 1, 2, 255]));
    expect((await ana.take((frame) => frame.id === null)).error?.code).to.equal(-32_600);
    await ana.settle();
  });

  it('§1.1 is closed with 1009 for a message over the limit, and others are not affected', async () => {
    const [ana, berta] = [await join('ana', 'long'), await join('berta', 'long')];
    await berta.request('ping', { interval: 5_000, padding: 'é'.repeat(900_000) });
    berta.send(`"${'é'.repeat(1_000_000)}"`);
    expect(await berta.closed).to.equal(1009);
    expect(await ana.notified('participantLeft')).to.deep.equal({ name: 'berta' });
  });

  it('§1.7 is closed with 1008 when too many requests wait', async () => {
    const ana = await join('ana', 'pile');
    ana.send({ jsonrpc: '2.0', id: 'p', method: 'publishVideo', params: { sdpOffer: publishOffer } });
    for (let id = 0; id < 60; id += 1) ana.send({ jsonrpc: '2.0', id, method: 'unpublishVideo' });
    expect(await ana.closed).to.equal(1008);
  });

  it('§1.1 that does not read is dropped; the room goes on without it', async () => {
    const ana = await join('ana', 'slow');
    await stalled(() => join('slow', 'slow'));
    const say = async (): Promise<void> => {
      const message = 'x'.repeat(50_000);
      await ana.request('sendMessage', { message, userMessage: 'ana', roomMessage: 'slow' });
      await ana.notified('sendMessage');
    };
    await say();
    await ana.settle();
    expect(
      ana.notifications.map(({ method }) => method),
      'so much may wait',
    ).to.deep.equal(['participantJoined']);
    await say();
    expect(await ana.notified('participantLeft')).to.deep.equal({ name: 'slow' });
    await say();
  });

  it('§7.2 gets trickled candidates of the media server under the name of the publisher', async () => {
    const [ana, berta] = [await join('ana', 'trickle'), await join('berta', 'trickle')];
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    const own = await ana.notified('iceCandidate');
    expect(own.endpointName).to.equal('ana');
    expect(own.candidate).to.match(/^candidate:/);
    expect(own.sdpMid).to.be.a('string');
    expect(own.sdpMLineIndex).to.be.a('number');
    await berta.notified('participantPublished');
    await berta.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
    expect((await berta.notified('iceCandidate')).endpointName).to.equal('ana');
  });
});

describe('Kurento Room §1.1 the WebSocket door', () => {
  const server = useServer({ allowedOrigins: ['https://good.example'], pathPrefix: '/rooms' });

  it('opens under the configured prefix, with or without a subprotocol', async () => {
    await (await RpcClient.connect(server().url)).close();
    await (await RpcClient.connect(server().url, { protocols: ['anything'] })).close();
  });

  it('is closed at other paths and to pages of other origins', async () => {
    for (const options of [{ path: 'nowhere' }, { path: 'room', origin: 'https://evil.example' }]) {
      const refused: unknown = await RpcClient.connect(server().url, options).catch((error: unknown) => error);
      expect(String(refused)).to.match(/Unexpected server response: (404|403)/);
    }
    await (await RpcClient.connect(server().url, { origin: 'https://good.example' })).close();
  });
});

describe('Kurento Room §10 a server with limits', () => {
  const server = useServer({ maxConnections: 2, roomCreators: 'teacher.*' });

  it('refuses the handshake of one connection too many with 503, until another one ends', async () => {
    const [first, second] = [await RpcClient.connect(server().url), await RpcClient.connect(server().url)];
    const refused: unknown = await RpcClient.connect(server().url).catch((error: unknown) => error);
    expect(String(refused)).to.match(/Unexpected server response: 503/);
    await first.close();
    await second.close();
    await (await RpcClient.connect(server().url)).close();
  });

  it('refuses with 204 a client that may not open a room, and admits it to an existing one', async () => {
    const [teacher, pupil] = [await RpcClient.connect(server().url), await RpcClient.connect(server().url)];
    const ask = { user: 'pupil', room: 'class' };
    expect(await pupil.refusal('joinRoom', ask)).to.equal(204);
    expect(await pupil.refusal('joinRoom', { user: 'a teacher', room: 'class' })).to.equal(204);
    await teacher.request('joinRoom', { user: 'Teacher Ana', room: 'class' });
    await pupil.request('joinRoom', ask);
    await teacher.close();
    await pupil.close();
  });
});

describe('Kurento Room §8 the server', () => {
  it('tells everybody roomClosed when it stops', async () => {
    const server = await startTestServer();
    const ana = await RpcClient.connect(server.url);
    await ana.request('joinRoom', { user: 'ana', room: 'stopping' });
    const told = ana.notified('roomClosed');
    await server.stop();
    expect(await told).to.deep.equal({ room: 'stopping' });
    expect(await ana.closed).to.equal(1001);
    await server.stop();
  });
});
