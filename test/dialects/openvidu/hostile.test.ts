import { expect } from 'chai';
import { requests } from '../../../dialects/openvidu/requests.js';
import { useServer } from '../../support/server.js';
import { BackEnd, Page, withOpenvidu } from './stage.js';

describe('OpenVidu §18 hostile pages', () => {
  const server = useServer(withOpenvidu);
  const backEnd = new BackEnd(server);
  const pages: Page[] = [];

  async function join(session: string, metadata = ''): Promise<Page> {
    const page = await Page.joining(server().url, session, backEnd.connection(session), metadata);
    pages.push(page);
    return page;
  }

  afterEach(() => {
    for (const page of pages.splice(0)) page.cut();
  });

  it('get an error for frames that are no request, and the connection stays', async () => {
    await backEnd.session('frames');
    const page = await join('frames');
    for (const [frame, code] of [
      ['{', -32_700],
      ['', -32_700],
      ['[]', -32_600],
      ['[{"jsonrpc":"2.0","method":"ping","id":1}]', -32_600],
      ['"ping"', -32_600],
      ['null', -32_600],
      ['{"id":1}', -32_600],
      ['{"method":5,"id":1}', -32_600],
    ] as const) {
      page.rpc.send(frame);
      const { error } = await page.rpc.take((answer) => answer.id === null);
      expect(error?.code, frame).to.equal(code);
    }
    page.rpc.send(new Uint8Array([1, 2, 3]));
    expect((await page.rpc.take((answer) => answer.id === null)).error?.code).to.equal(-32_600);
    expect(await page.rpc.request('ping')).to.deep.equal({ value: 'pong' });
  });

  it('get -32602 or an error of their own for params of any kind, nothing else changes, and nobody else hears of it', async () => {
    await backEnd.session('params');
    const [ana, berta] = [await join('params'), await join('params')];
    await ana.told();
    const strange = [null, {}, [], 'x', 5, true, { a: 1 }, '__proto__', 'x'.repeat(1_000), -1, Infinity];
    for (const { name, params } of requests) {
      if (['closeSession', 'leaveRoom', 'connect', 'ping', 'sendMessage'].includes(name)) continue;
      for (const value of strange) {
        const given = Object.fromEntries(Object.keys(params.shape).map((key) => [key, value]));
        const { error, result } = await berta.rpc.call(name, given);
        expect(error ?? result, name).to.be.an('object');
        expect(error?.code, `${name} ${JSON.stringify(value)}`).to.not.equal(-32_603);
      }
      for (const whole of [[], 'x', 5, [{}]]) expect(await berta.rpc.refusal(name, whole), name).to.equal(-32_602);
    }
    expect(await ana.told()).to.deep.equal([]);
    await berta.publish();
    expect((await ana.told()).map(({ method }) => method)).to.deep.equal(['participantPublished']);
  });

  it('cannot become moderators by what they send, nor join without a token by the secret of the back end', async () => {
    await backEnd.session('secrets');
    const page = await Page.connect(server().url, 'secrets', 'tok_x');
    pages.push(page);
    for (const params of [
      { secret: 'shared-secret', token: '' },
      { secret: 'shared-secret', token: 'shared-secret', recorder: true },
      { token: 'wss://h?sessionId=secrets&secret=shared-secret&role=MODERATOR' },
      { token: '?token=' },
      { token: '?token=tok_x&token=tok_y' },
    ]) {
      expect(await page.rpc.refusal('joinRoom', page.joinParams(params))).to.equal(401);
    }
    const { token } = backEnd.connection('secrets');
    expect(await page.join({ token, role: 'MODERATOR', secret: 'shared-secret' })).to.include({ role: 'PUBLISHER' });
    expect(await page.rpc.refusal('forceDisconnect', { connectionId: page.id })).to.equal(401);
  });

  it('send metadata of any kind, which others get as it is', async () => {
    await backEnd.session('metadata');
    const ana = await join('metadata');
    for (const metadata of [
      '{"clientData":5}',
      '{"clientData":"\\u0000<b>"}',
      '[',
      '%/%',
      '\u202e',
      '{"a":'.repeat(500),
    ]) {
      await join('metadata', metadata);
      const [told] = await ana.told();
      expect(told?.params).to.include({ metadata });
    }
  });

  it('that repeat a request under its id get one answer; those that flood are closed, and the others stay', async () => {
    await backEnd.session('flood');
    const [ana, berta] = [await join('flood'), await join('flood')];
    await ana.told();
    for (let each = 0; each < 2_000; each += 1) {
      berta.rpc.send({
        jsonrpc: '2.0',
        id: each,
        method: 'onIceCandidate',
        params: { endpointName: ana.id, candidate: 'x', sdpMid: '0', sdpMLineIndex: 0 },
      });
    }
    await ana.rpc.request('echo');
    await ana.signal({ data: 'still here', type: 'signal:x' });
    expect((await ana.told()).map(({ method }) => method)).to.include('sendMessage');
  });
});
