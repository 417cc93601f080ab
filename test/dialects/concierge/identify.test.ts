import { once } from 'node:events';
import { configOf } from '../../../src/config.js';
import { connect } from 'node:net';
import { expect } from 'chai';
import { until } from '../../support/until.js';
import { nothingRemains, useStage } from './stage.js';

const valid = { type: 'IDENTIFY', name: 'ada', version: '0.1.0' };

/** The answer to a handshake with this subprotocol header. */
async function handshake(url: string, protocols: string | undefined, path = '/ws'): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  const header = protocols === undefined ? '' : `Sec-WebSocket-Protocol: ${protocols}\r\n`;
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${header}\r\n`,
  );
  const [data] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return data.toString();
}

describe('Concierge connections (§1, §2, §3)', () => {
  const stage = useStage({ concierge: { secret: 's3cret' } });
  const open = useStage({ concierge: { identifyMs: 100 } });
  afterEach(() => {
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  it('names the subprotocol to clients that offer it, and to no others, whatever they send', async () => {
    for (const [offered, named] of [
      ['ert-concierge', true],
      ['chat, ert-concierge', true],
      ['ert-concierge, a, a', true],
      ['ert-concierge, ert-concierge', true],
      ['\t ert-concierge ,', true],
      ['chat\r\nSec-WebSocket-Protocol: ert-concierge', true],
      ['e, r, t, -, ert-concierge', true],
      ['e, r, t, -, c, o, n, c, i, e, r, g, e', false],
      ['e,r,t,-,c,o,n,c,i,e,r,g,e', false],
      ['chat', false],
      ['chat, chat', false],
      ['ERT-Concierge', false],
      ['"ert-concierge"', false],
      ['ert-concierge;v=1', false],
      ['', false],
      [',', false],
      [',,;', false],
      [undefined, false],
    ] as const) {
      const answer = await handshake(stage.url, offered);
      expect(answer, offered).to.match(/^HTTP\/1.1 101/);
      if (named) expect(answer, offered).to.match(/^sec-websocket-protocol: ert-concierge\r$/im);
      else expect(answer, offered).not.to.match(/sec-websocket-protocol/i);
    }
  });

  it('a service whose library sends the name letter by letter is served too', async () => {
    const letters = { headers: { 'Sec-WebSocket-Protocol': 'e, r, t, -, c, o, n, c, i, e, r, g, e' } };
    const service = await open.connect('ws', [], letters);
    expect(service.protocol).to.equal('');
    expect(await service.identify(valid)).to.include({ type: 'HELLO' });
    expect(await service.ask({ type: 'SELF_FETCH' })).to.include({ type: 'SELF_FETCH_RESULT', seq: 0 });
  });

  it('is at both paths and nowhere else, and answers a plain request with an error', async () => {
    expect(await handshake(stage.url, 'ert-concierge', '/concierge')).to.match(/^HTTP\/1.1 101/);
    expect(await handshake(stage.url, 'ert-concierge', '/elsewhere')).to.match(/^HTTP\/1.1 404/);
    expect((await fetch(`${stage.url}ws`)).status).to.equal(426);
  });

  for (const [what, payload, code] of [
    ['text that is not JSON', 'hello', 4002],
    ['an array', '[]', 4002],
    ['null', 'null', 4002],
    ['a type that is no string', '{"type":1}', 4002],
    ['an unknown type of 4000 characters', { type: 'x'.repeat(4000) }, 4002],
    ['a binary frame', Buffer.from(JSON.stringify(valid)), 4002],
    ['deep nesting', '['.repeat(500_000), 4002],
    ['no name', { type: 'IDENTIFY', version: '0.1.0' }, 4002],
    ['no version', { type: 'IDENTIFY', name: 'ada' }, 4002],
    ['a name that is a number', { ...valid, name: 1 }, 4002],
    ['tags that are no list', { ...valid, tags: 'viewer' }, 4002],
    ['a known request', { type: 'SELF_FETCH' }, 4003],
    ['a known request of 0.2', { type: 'SERVICE_FETCH_ALL' }, 4003],
    ['a known request that is wrong', { type: 'MESSAGE' }, 4003],
    ['an empty name, and no secret', { ...valid, name: '' }, 4008],
    ['a name with a dot', { ...valid, name: '..' }, 4008],
    ['a name of 65 letters', { ...valid, name: 'a'.repeat(65) }, 4008],
    ['a name that nobody sees', { ...valid, name: '\u3164' }, 4008],
    ['a nickname of 257 characters', { ...valid, nickname: 'x'.repeat(257) }, 4008],
    ['a nickname with a line break', { ...valid, nickname: 'a\nb' }, 4008],
    ['a tag with a bidi mark', { ...valid, tags: ['a', 'b\u202E'] }, 4008],
    ['no secret, and a bad version', { ...valid, version: 'x' }, 4006],
    ['a null secret', { ...valid, secret: null }, 4006],
    ['a wrong secret', { ...valid, secret: 's3cre' }, 4006],
    ['a version that is none', { ...valid, secret: 's3cret', version: 'one' }, 4007],
    ['a version with two numbers', { ...valid, secret: 's3cret', version: '0.1' }, 4007],
    ['an older version', { ...valid, secret: 's3cret', version: '0.0.9' }, 4007],
    ['a newer version', { ...valid, secret: 's3cret', version: '0.3.0' }, 4007],
    ['a version of another age', { ...valid, secret: 's3cret', version: '1.1.0' }, 4007],
    ['a pre-release', { ...valid, secret: 's3cret', version: '0.1.1-alpha' }, 4007],
    ['text that is not UTF-8', 'not UTF-8', 1007],
    ['more than a payload may be', { ...valid, nickname: 'x'.repeat(1_048_577) }, 1009],
  ] as const) {
    it(`${what} as the first payload is closed with ${code}`, async () => {
      const client = await stage.connect();
      if (code === 1007) client.sendInvalidText();
      else client.send(payload);
      const { code: actual, reason } = await client.closed;
      expect(actual).to.equal(code);
      expect(Buffer.byteLength(reason)).to.be.at.most(123);
    });
  }

  it('a name that is taken is 4005, and its holder is not disturbed; of two simultaneous clients one gets it', async () => {
    const holder = await open.identify('ada');
    const second = await open.connect();
    second.send(valid);
    expect((await second.closed).code).to.equal(4005);
    expect(await holder.all()).to.deep.equal([]);
    const both = await Promise.all([open.connect(), open.connect()]);
    for (const each of both) each.send({ ...valid, name: 'grace' });
    const outcomes = await Promise.all(
      both.map((each) =>
        each.next().then(
          ({ type }) => type,
          async () => (await each.closed).code,
        ),
      ),
    );
    expect(outcomes.map(String).sort()).to.deep.equal(['4005', 'HELLO']);
  });

  it('a client that does not identify in time is closed with 4004, even if it sends pings', async () => {
    const client = await open.connect();
    client.ping();
    expect((await client.closed).code).to.equal(4004);
  });

  it('HELLO comes first, with a new uuid; unknown fields and an unnecessary secret are ignored', async () => {
    const uuids = new Set<unknown>();
    for (const version of ['0.1.0', '0.1.1', '0.1.77', '0.2.0', '0.1.0+build.5']) {
      const client = await open.connect('concierge');
      client.send({ type: 'IDENTIFY', name: 'zoë_1-x', version, nickname: null, tags: null, secret: 'x', more: {} });
      const { uuid, ...hello } = await client.next();
      expect(uuid).to.match(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
      expect(hello).to.deep.equal({ type: 'HELLO', version: version === '0.2.0' ? '0.2.0' : '0.1.1' });
      uuids.add(uuid);
      await client.close();
    }
    expect(uuids.size).to.equal(5);
  });

  it('payloads sent directly after IDENTIFY are answered in order after HELLO', async () => {
    const client = await open.connect();
    client.send(valid);
    client.send({ type: 'SELF_FETCH' });
    client.send(Buffer.from('binary'));
    client.send({ type: 'CLIENT_FETCH_ALL' });
    expect((await client.next()).type).to.equal('HELLO');
    expect(await client.next()).to.include({ type: 'SELF_FETCH_RESULT', seq: 0 });
    expect(await client.next()).to.include({ type: 'CLIENT_FETCH_ALL_RESULT', seq: 1 });
  });
});

describe('Concierge times (§2, §11)', () => {
  it('by default free the name of a half-open socket within 15 s, and close a silent newcomer after 5 s', () => {
    const { identifyMs, pingMs, silenceMs } = configOf({}).concierge;
    expect(identifyMs).to.equal(5_000);
    // A socket that falls silent right after a ping is looked at again within another interval.
    expect(pingMs + silenceMs).to.be.at.most(15_000);
  });

  describe('as they are configured', () => {
    const stage = useStage({ concierge: { identifyMs: 200, pingMs: 100, silenceMs: 400 } });

    it('free the name of a half-open socket, and close a silent newcomer with 4004', async () => {
      const dead = await stage.identify('ada');
      const silent = await stage.connect();
      dead.pause();
      expect((await silent.closed).code).to.equal(4004);
      await until('the name is free', () => stage.gateway.remains.identities === 0);
      await stage.identify('ada');
    });
  });
});

describe('Concierge without 0.2', () => {
  const stage = useStage({ concierge: { services: false, spelling: 'shipped', groups: ['chat=Chat Channel'] } });

  it('refuses 0.2 clients with 4007, uses the configured spelling, and has the configured groups', async () => {
    const client = await stage.connect();
    client.send({ ...valid, version: '0.2.0' });
    expect((await client.closed).code).to.equal(4007);
    const ada = await stage.identify('ada');
    expect(await ada.ask({ type: 'SUBSCRIBE', group: 'chat' })).to.deep.equal({
      seq: 0,
      type: 'STATUS',
      code: 'SELF_SUBSCRIBED',
      name: 'chat',
      nickname: 'Chat Channel',
      owner_uuid: '00000000-0000-0000-0000-000000000000',
      subscribers: [ada.uuid],
      group: 'chat',
    });
    expect(await ada.ask({ type: 'GROUP_DELETE', name: 'chat' })).to.include({ code: 'BAD' });
  });
});
