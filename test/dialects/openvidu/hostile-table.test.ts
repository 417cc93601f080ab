import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { RpcClient } from '../../support/rpc-client.js';
import { OpenViduStage, authorization, joinParams, publishParams, sdpOffer } from './door-stage.js';
import { secret } from './stage.js';

/** All that pages may ask for (OpenVidu §5, §6). */
const methods = [
  ...['joinRoom', 'publishVideo', 'unpublishVideo', 'receiveVideoFrom', 'prepareReceiveVideoFrom'],
  ...['unsubscribeFromVideo', 'onIceCandidate', 'reconnectStream', 'sendMessage', 'streamPropertyChanged'],
  ...['forceDisconnect', 'forceUnpublish', 'applyFilter', 'removeFilter', 'execFilterMethod'],
  ...['addFilterEventListener', 'removeFilterEventListener', 'videoData', 'echo', 'leaveRoom', 'connect'],
  ...['subscribeToSpeechToText', 'unsubscribeFromSpeechToText'],
];

const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
const strange = [
  ...[undefined, null, {}, [], 7, 'text', true, [[]]],
  { token: {}, session: [], metadata: 7, sdkVersion: null },
  { token: '__proto__', session: '__proto__', metadata: '__proto__', platform: '__proto__' },
  { sender: 'constructor', sdpOffer: 'x', stream: '__proto__', sdpString: {}, sdpAnswer: [] },
  { message: { to: 'all' }, streamId: 7, property: '__proto__', newValue: deep(200), reason: {} },
  { message: '{"to":["con_x"],"data":"","type":"signal:"}', connectionId: 'constructor', endpointName: '' },
  { message: JSON.stringify({ to: deep(900), data: {} }), candidate: 7, sdpMid: [], sdpMLineIndex: 'x' },
  { ...publishParams, videoDimensions: 'no JSON', frameRate: 'x', typeOfVideo: 'HOLOGRAM', filter: deep(50) },
  { ...publishParams, sdpOffer: `v=0\r\n${'a=x\r\n'.repeat(5_000)}` },
];

describe('OpenVidu §18 hostile and broken input of pages', () => {
  const stage = new OpenViduStage({ maxRequestBurst: 100_000, maxRequestRate: 100_000 });
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(() => stage.empty());

  /** Somebody who is in the session and must notice nothing. */
  let witness: RpcClient & { readonly connectionId: string };
  beforeEach(async () => {
    witness = await stage.member('s1', 'Wit');
    await witness.request('publishVideo', publishParams);
  });

  for (const where of ['before joining', 'in a session', 'publishing'] as const) {
    it(`every request is answered, whatever its params are (${where})`, async () => {
      for (const method of methods) {
        // What makes it leave leaves it outside for the rest, which is answered as well.
        const client = where === 'before joining' ? await stage.connect() : await stage.member('s1', 'Hos');
        if (where === 'publishing') await client.request('publishVideo', publishParams);
        for (const params of strange) {
          const { error, result } = await client.call(method, params);
          const what = `${method} ${JSON.stringify(params)}`.slice(0, 200);
          if (error) {
            expect(error.code, what).to.be.a('number');
            expect(error.message, what)
              .to.be.a('string')
              .and.not.match(/at .*\.[jt]s|TypeError|undefined/);
          } else expect(result, what).to.be.an('object');
        }
        client.cut();
      }
      expect(await witness.request('echo')).to.have.property('sessionId');
    }).timeout(120_000);
  }

  it('a token is good for one join, whoever races for it', async () => {
    const token = await stage.token('s1');
    const racers = await Promise.all(Array.from({ length: 5 }, () => stage.connect()));
    const answers = await Promise.all(racers.map((racer) => racer.call('joinRoom', joinParams('s1', token))));
    expect(answers.filter(({ result }) => result)).to.have.lengthOf(1);
    for (const { error } of answers) {
      if (!error) continue;
      expect(error).to.include({ code: 401, message: `Unable to join session s1. Token ${token} is not valid` });
    }
  });

  it('a token is not good elsewhere: of another session, deleted, without a session, in another form', async () => {
    const [token, other] = [await stage.token('s1'), await stage.token('s2')];
    const client = await stage.connect();
    const [, bare = ''] = /token=(tok_\w+)/.exec(token) ?? [];
    const refusal = async (session: string, given: unknown): Promise<number> =>
      client.refusal('joinRoom', joinParams(session, given as string));
    expect(await refusal('s1', other)).to.equal(401);
    expect(await refusal('s2', token)).to.equal(401);
    expect(await refusal('nobody', token)).to.equal(202);
    expect(await refusal('s1', bare.toLowerCase())).to.equal(401);
    expect(await refusal('s1', `${bare}x`)).to.equal(401);
    expect(await refusal('s1', '')).to.equal(401);
    const { body } = await stage.rest('GET', 'sessions/s1/connection');
    const pending = ((body?.content ?? []) as { status: string; connectionId: string }[]).find(
      ({ status }) => status === 'pending',
    );
    expect((await stage.rest('DELETE', `sessions/s1/connection/${pending?.connectionId}`)).status).to.equal(204);
    expect(await refusal('s1', token)).to.equal(401);
    // A host that the page has rewritten does not matter.
    const [, ofOther = ''] = /token=(tok_\w+)/.exec(other) ?? [];
    await client.request('joinRoom', joinParams('s2', `wss://elsewhere.example?sessionId=s2&token=${ofOther}`));
    const late = await stage.connect();
    expect(await late.refusal('joinRoom', joinParams('s2', other)), 'it is used up').to.equal(401);
  });

  it('the secret of the server makes nobody a moderator', async () => {
    const token = await stage.token('s1');
    const client = await stage.connect();
    const joined = await client.request('joinRoom', joinParams('s1', `${token}&secret=${secret}`, { secret }));
    expect(joined.role).to.equal('PUBLISHER');
    expect(await client.refusal('forceDisconnect', { connectionId: witness.connectionId })).to.equal(401);
  });

  it('the session of another socket cannot be used', async () => {
    const hostile = await stage.member('s1', 'Hos');
    const params = { sessionId: 'of somebody else', reconnect: true };
    const { error } = await hostile.call('connect', params);
    expect(error).to.include({ code: 40_007, message: 'reconnection error' });
    expect(await hostile.refusal('connect', { reconnect: true })).to.equal(40_007);
    expect(await hostile.refusal('connect', { sessionId: hostile.connectionId, reconnect: true })).to.equal(40_007);
  });

  it('data that is too long is refused, and the member stays', async () => {
    const token = await stage.token('s1');
    const client = await stage.connect();
    const metadata = 'x'.repeat(50_000);
    expect((await client.call('joinRoom', joinParams('s1', token, { metadata }))).error?.code).to.be.a('number');
    await client.request('joinRoom', joinParams('s1', token));
    const { status } = await stage.rest('POST', 'sessions/s1/connection', { data: 'x'.repeat(50_000) });
    expect(status).to.equal(400);
  });

  it('streams are not mixed up by ids that end alike', async () => {
    const hostile = await stage.member('s1', 'Hos');
    const sender = `str_CAM_AAAA_${witness.connectionId}`;
    const { sdpAnswer } = await hostile.request('receiveVideoFrom', { sender, sdpOffer });
    expect(sdpAnswer, 'an older id of the same connection is that of the present stream').to.be.a('string');
    for (const wrong of [`${sender}x`, witness.connectionId.slice(1), 'con_', 'str_CAM_AAAA_', hostile.connectionId]) {
      expect(await hostile.refusal('receiveVideoFrom', { sender: wrong, sdpOffer }), wrong).to.be.oneOf([102, 105]);
    }
  });

  for (const frame of ['{', '[]', '[{"method":"ping","id":1}]', '{"jsonrpc":"2.0"}', '\u0000', '{"id":1,"method":7}']) {
    it(`survives the frame ${JSON.stringify(frame)}`, async () => {
      const socket = new WebSocket(`${stage.origin.replace('http', 'ws')}/openvidu?sessionId=s1`);
      await once(socket, 'open');
      socket.send(frame);
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 'after', method: 'ping', params: {} }));
      const received: string[] = [];
      socket.on('message', (data: Buffer) => received.push(data.toString()));
      const isAnswered = (): boolean => received.some((text) => text.includes('"after"'));
      while (!isAnswered()) await Promise.race([once(socket, 'message'), once(socket, 'close')]);
      socket.close();
      expect(await witness.request('echo')).to.have.property('sessionId');
    });
  }
});

describe('OpenVidu §11 hostile and broken input over HTTP', () => {
  const stage = new OpenViduStage();
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(() => stage.empty());

  const bodies = [
    ...[
      '',
      '{',
      '[]',
      'null',
      '"x"',
      '7',
      '{"customSessionId":7}',
      '{"customSessionId":"a/b"}',
      '{"customSessionId":"../x"}',
    ],
    ...[
      '{"mediaMode":"x"}',
      '{"session":{}}',
      '{"session":"s1","to":"all"}',
      '{"session":"s1","to":[7]}',
      '{"role":"GOD"}',
    ],
    ...['{"__proto__":{"role":"MODERATOR"}}', '{"kurentoOptions":{"videoMaxRecvBandwidth":-1}}', '{"data":7}'],
    ...['{"customIceServers":[{"url":"http://192.0.2.1"}]}', '{"customIceServers":[{"url":"turn:h"}]}'],
    `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
  ];
  const posts = ['sessions', 'sessions/s1/connection', 'tokens', 'signal', 'recordings/start', 'recordings/stop/x'];

  it('is answered with a status of the protocol, and makes nothing by mistake', async () => {
    await stage.token('s1');
    for (const path of posts) {
      for (const body of bodies) {
        const { status } = await stage.rest('POST', path, body);
        expect([200, 400, 404, 406, 409, 422, 501], `${path} ${body.slice(0, 60)}: ${status}`).to.include(status);
      }
    }
    const { body } = await stage.rest('GET', 'sessions');
    const ids = ((body?.content ?? []) as { id: string }[]).map(({ id }) => id);
    for (const id of ids) expect(id).to.match(/^(s1|ses_\w+)$/);
  });

  it('is not led elsewhere by ids in paths', async () => {
    await stage.token('s1');
    for (const id of [
      '..%2f..',
      '%252e%252e',
      '%2e%2e%2f%2e%2e%2fconfig',
      '__proto__',
      'constructor',
      'a%00b',
      '%',
      'x'.repeat(2_000),
    ]) {
      for (const path of [
        `sessions/${id}`,
        `sessions/s1/connection/${id}`,
        `recordings/${id}`,
        `sessions/${id}/connection`,
      ]) {
        const { status } = await stage.rest('GET', path);
        expect([400, 404, 501], `${path.slice(0, 60)}: ${status}`).to.include(status);
      }
      const file = await fetch(`${stage.origin}/openvidu/recordings/${id}/${id}`, { headers: { authorization } });
      expect([400, 401, 404, 501], `recordings/${id.slice(0, 60)}`).to.include(file.status);
    }
  });
});

describe('OpenVidu §11.1 HTTP without the secret', () => {
  const stage = new OpenViduStage();
  before(() => stage.start());
  after(() => stage.stop());

  it('is refused without the secret, in whatever form it comes, and says the same to all', async () => {
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    const texts = new Set<string>();
    const wrong = [
      undefined,
      ...['', 'Basic', 'Basic !', `Bearer ${secret}`, secret],
      ...['', ':', `OPENVIDUAPP:`, `OPENVIDUAPP:${secret}x`, `openviduapp:${secret}`, `:${secret}`, secret].map(basic),
    ];
    for (const header of wrong) {
      for (const [method, path] of [
        ['POST', 'sessions'],
        ['GET', 'sessions'],
        ['DELETE', 'sessions/s1'],
        ['GET', 'config'],
        ['GET', 'nothing/there'],
      ] as const) {
        const answer = await fetch(`${stage.origin}/openvidu/api/${path}`, {
          method,
          headers: header === undefined ? {} : { authorization: header },
        });
        expect(answer.status, `${method} ${path} ${header}`).to.be.oneOf([401, 429]);
        if (answer.status !== 401) continue;
        expect(answer.headers.get('www-authenticate')).to.match(/^Basic/);
        const text = (await answer.text()).replace(/"(timestamp|path)":("[^"]*"|\d+)/g, '');
        // Without a name and a password it asks for them.
        if (/^Basic \w/.test(header ?? '')) texts.add(text);
      }
    }
    expect([...texts]).to.have.lengthOf(1);
  });
});
