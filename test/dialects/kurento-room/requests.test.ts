import { expect } from 'chai';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { publishOffer, receiveOffer } from '../../support/fixtures.js';
import { RpcClient } from '../../support/rpc-client.js';
import { useServer } from '../../support/server.js';

describe('Kurento Room §1.7 a repetition', () => {
  const running = useServer();

  it('is the same request, not the same id: an Android client numbers all candidates 126 and all subscriptions 129', async () => {
    const [ana, berta, carla] = [
      await join('ana', 'burst'),
      await join('berta', 'burst'),
      await join('carla', 'burst'),
    ];
    for (const publisher of [berta, carla]) await publisher.request('publishVideo', { sdpOffer: publishOffer });
    for (const sender of ['berta_webcam', 'carla_webcam']) {
      ana.send({ jsonrpc: '2.0', method: 'receiveVideoFrom', params: { sender, sdpOffer: receiveOffer }, id: 129 });
    }
    for (let port = 50_000; port < 50_005; port += 1) {
      const candidate = `candidate:1 1 udp 2113937151 192.0.2.1 ${port} typ host`;
      const params = { endpointName: 'berta', candidate, sdpMid: '0', sdpMLineIndex: 0 };
      ana.send({ jsonrpc: '2.0', method: 'onIceCandidate', params, id: 126 });
    }
    for (let n = 0; n < 2; n += 1) expect((await answerTo(ana, 129)).result).to.have.property('sdpAnswer');
    for (let n = 0; n < 5; n += 1) expect((await answerTo(ana, 126)).error).to.equal(undefined);
    for (const client of [ana, berta, carla]) client.cut();
  });

  it('has the same id, method and params in any order of their members', async () => {
    const ana = await join('ana', 'repeated');
    ana.send({ jsonrpc: '2.0', method: 'publishVideo', params: { sdpOffer: publishOffer, doLoopback: false }, id: 7 });
    ana.send({ id: 7, params: { doLoopback: false, sdpOffer: publishOffer }, method: 'publishVideo' });
    expect((await answerTo(ana, 7)).error).to.equal(undefined);
    await ana.settle();
    expect(ana.frames.filter(({ id }) => id === 7)).to.deep.equal([]);
    ana.cut();
  });

  it('may not differ in a member that an old client writes beside params, nor in its method', async () => {
    const ana = await join('ana', 'beside');
    const offer = { jsonrpc: '2.0', method: 'publishVideo', params: { sdpOffer: publishOffer }, id: 7 };
    ana.send({ ...offer, doLoopback: false });
    ana.send({ ...offer, doLoopback: true });
    ana.send({ ...offer, method: 'receiveVideoFrom' });
    expect((await answerTo(ana, 7)).error).to.equal(undefined);
    expect((await answerTo(ana, 7)).error?.code).to.equal(303);
    expect((await answerTo(ana, 7)).error?.code).to.equal(-32_602);
    ana.cut();
  });

  async function join(user: string, room: string): Promise<RpcClient> {
    const client = await RpcClient.connect(running().url);
    await client.request('joinRoom', { user, room });
    return client;
  }
});

describe('Kurento Room §1.2 an id', () => {
  const running = useServer();

  const ids = ['638712345678901235', '1.0', '1e3', '-0', '1E+2', '1e400', '"caf\\u00e9"', '"id\\":1}"', 'null', '0'];

  for (const id of ids) {
    it(`${id} comes back as it was written, in results and in errors`, async () => {
      const ana = await Texts.connect(running().url);
      ana.send(`{"jsonrpc":"2.0","method":"ping","id":${id}}`);
      expect(await ana.next()).to.equal(`{"id":${id},"result":{"value":"pong"},"jsonrpc":"2.0"}`);
      ana.send(`{ "id" : ${id} , "method":"ping", "params":{"id":1} }`);
      expect(await ana.next()).to.equal(`{"id":${id},"result":{"value":"pong"},"jsonrpc":"2.0"}`);
      ana.send(`{"id":5,"id":${id},"method":"leaveRoom","params":{"id":1}}`);
      expect(await ana.next())
        .to.match(/"code":102/)
        .and.to.satisfy((text: string) => text.startsWith(`{"id":${id},`));
      ana.send(`{"jsonrpc":"2.0","method":"noSuchMethod","id":${id}}`);
      expect(await ana.next()).to.satisfy((text: string) => text.startsWith(`{"id":${id},"error":{"code":-32601`));
      ana.close();
    });
  }

  it('beyond 2^53 differs from another one: both requests are answered', async () => {
    const ana = await Texts.connect(running().url);
    ana.send('{"jsonrpc":"2.0","method":"joinRoom","params":{"user":"ana","room":"big"},"id":1}');
    await ana.next();
    for (const id of ['638712345678901235', '638712345678901236']) {
      ana.send(
        `{"jsonrpc":"2.0","method":"publishVideo","params":{"sdpOffer":${JSON.stringify(publishOffer)}},"id":${id}}`,
      );
    }
    const answers = [await ana.answer(), await ana.answer()].map((text) => /^\{"id":(\d+)/.exec(text)?.[1]);
    expect(answers).to.deep.equal(['638712345678901235', '638712345678901236']);
    ana.close();
  });
});

describe('Kurento Room §1.2 lenient values', () => {
  const running = useServer();

  it('takes numbers and booleans where text is expected, as they were written', async () => {
    const [ana, berta] = [await Texts.connect(running().url), await RpcClient.connect(running().url)];
    ana.send('{"jsonrpc":"2.0","method":"joinRoom","params":{"user":42,"room":638712345678901235},"id":1}');
    expect(await ana.next()).to.match(/^\{"id":1,"result":/);
    const room = '638712345678901235';
    expect((await berta.request('joinRoom', { user: true, room })).value).to.deep.equal([{ id: '42' }]);
    await ana.next();
    ana.send(
      `{"jsonrpc":"2.0","method":"sendMessage","params":{"message":1.0,"userMessage":42,"roomMessage":${room}},"id":2}`,
    );
    expect(await ana.next()).to.match(/^\{"id":2,"result":/);
    expect(await berta.notified('sendMessage')).to.deep.equal({ room, user: '42', name: '42', message: '1.0' });
    const candidate = { candidate: 'candidate:1 1 udp 1 192.0.2.1 50000 typ host', sdpMid: 0, sdpMLineIndex: '0' };
    await berta.request('onIceCandidate', { endpointName: 42, ...candidate });
    expect(await berta.refusal('receiveVideoFrom', { sender: 42, sdpOffer: 5 })).to.equal(105);
    expect(await berta.refusal('publishVideo', { sdpOffer: 5 })).to.equal(302);
    await berta.request('unsubscribeFromVideo', { sender: 42 });
    expect(await berta.refusal('connect', { sessionId: 5 })).to.equal(40_007);
    ana.close();
    berta.cut();
  });

  for (const [given, dataChannels] of [
    [1, true],
    [0, false],
    ['1', true],
    ['0', false],
    ['true', true],
    ['True', true],
    ['FALSE', false],
  ] as const) {
    it(`takes ${JSON.stringify(given)} for ${dataChannels}`, async () => {
      const ana = await RpcClient.connect(running().url);
      await ana.request('joinRoom', { user: 'ana', room: `lenient ${JSON.stringify(given)}`, dataChannels: given });
      await ana.request('publishVideo', { sdpOffer: publishOffer, doLoopback: given });
      ana.cut();
    });
  }

  it('refuses what is neither text nor a number nor a boolean with -32602, which names it', async () => {
    const ana = await RpcClient.connect(running().url);
    for (const user of [null, {}, [], ['ana']]) {
      const { error } = await ana.call('joinRoom', { user, room: 'r' });
      expect(error?.code).to.equal(-32_602);
      expect(error?.message).to.equal('joinRoom: "user" must be text');
    }
    const { error } = await ana.call('joinRoom', { dataChannels: 'perhaps' });
    expect(error?.message).to.equal(
      'joinRoom: "user" is missing: it must be text; "room" is missing: it must be text; "dataChannels" must be true or false',
    );
    ana.cut();
  });
});

/** A client that shows frames as they were written. */
class Texts {
  readonly #webSocket: WebSocket;
  readonly #texts: string[] = [];

  private constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => this.#texts.push(data.toString()));
  }

  static async connect(url: string): Promise<Texts> {
    const texts = new Texts(new WebSocket(`${url.replace(/^http/, 'ws')}room`));
    await once(texts.#webSocket, 'open');
    return texts;
  }

  send(text: string): void {
    this.#webSocket.send(text);
  }

  async next(): Promise<string> {
    while (this.#texts.length === 0) await once(this.#webSocket, 'message');
    return this.#texts.shift() ?? '';
  }

  /** Passes over notifications. */
  async answer(): Promise<string> {
    for (;;) {
      const text = await this.next();
      if (text.startsWith('{"id"')) return text;
    }
  }

  close(): void {
    this.#webSocket.terminate();
  }
}

async function answerTo(client: RpcClient, id: unknown): ReturnType<RpcClient['call']> {
  return client.take((frame) => frame.id === id);
}
