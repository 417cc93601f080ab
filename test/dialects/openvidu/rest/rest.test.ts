import { expect } from 'chai';
import { RestStage } from './rest-stage.js';
import type { Reply } from './rest-stage.js';

const session = (id: string, more: object = {}): object => ({
  ...{ id, object: 'session', sessionId: id, recording: false, broadcasting: false },
  ...{ mediaMode: 'ROUTED', recordingMode: 'MANUAL' },
  defaultRecordingProperties: {
    ...{ name: '', hasAudio: true, hasVideo: true, outputMode: 'COMPOSED', recordingLayout: 'BEST_FIT' },
    ...{ resolution: '1280x720', frameRate: 25, shmSize: 536_870_912 },
  },
  ...{ customSessionId: id, forcedVideoCodec: 'MEDIA_SERVER_PREFERRED', allowTranscoding: false },
  connections: { numberOfElements: 0, content: [] },
  ...more,
});

/** Without the times. */
function timeless(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, each: unknown) => (key === 'createdAt' ? undefined : each))) as unknown;
}

function member(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (each, name) => (typeof each === 'object' && each ? Reflect.get(each, name) : undefined),
    value,
  );
}

describe('REST of OpenVidu', () => {
  let stage: RestStage;
  const statuses = async (...asked: Promise<Reply>[]): Promise<number[]> =>
    (await Promise.all(asked)).map(({ status }) => status);

  beforeEach(async () => {
    stage = new RestStage();
    await stage.start();
    stage.listen();
  });

  afterEach(async () => {
    await stage.stop();
    expect(stage.defects).to.deep.equal([]);
  });

  describe('sessions', () => {
    it('are made, shown, listed and closed', async () => {
      const made = await stage.api('POST', '/sessions', { customSessionId: 'A', mediaNode: { id: 'x' }, unknown: 1 });
      expect(made.status).to.equal(200);
      expect(timeless(made.json)).to.deep.equal(session('A'));
      expect(member(made.json, 'createdAt')).to.be.a('number');
      expect((await stage.api('GET', '/sessions/A')).json).to.deep.equal(made.json);
      expect((await stage.api('GET', '/sessions')).json).to.deep.equal({ numberOfElements: 1, content: [made.json] });
      expect(await statuses(stage.api('DELETE', '/sessions/A'))).to.deep.equal([204]);
      expect(await statuses(stage.api('DELETE', '/sessions/A'), stage.api('GET', '/sessions/A'))).to.deep.equal([
        404, 404,
      ]);
      expect(stage.rooms.names).to.deep.equal([]);
    });

    it('get an id of their own where none is given, also as null and as empty text', async () => {
      for (const body of [undefined, {}, { customSessionId: null }, { customSessionId: '' }]) {
        const { json, status } = await stage.api('POST', '/sessions', body);
        expect(status).to.equal(200);
        expect(member(json, 'id')).to.match(/^ses_[A-Z][A-Za-z0-9]{19}$/);
        expect(member(json, 'customSessionId')).to.equal('');
      }
    });

    it('that are there already are answered 409 without a body', async () => {
      await stage.api('POST', '/sessions', { customSessionId: 'A' });
      const { status, text } = await stage.api('POST', '/sessions', { customSessionId: 'A' });
      expect([status, text]).to.deep.equal([409, '']);
    });

    it('are attached to a room that others have opened', async () => {
      stage.stranger('A', 'Berta');
      expect((await stage.api('POST', '/sessions', { customSessionId: 'A' })).status).to.equal(200);
      const { json } = await stage.api('GET', '/sessions/A');
      expect(member(json, 'connections', 'content', 0)).to.include({
        ...{ status: 'active', role: 'PUBLISHER', token: null, platform: 'others' },
        clientData: '{"clientData":"Berta"}',
      });
    });

    it('keep what they were made with, and show of recordings what belongs to the mode', async () => {
      const asked = {
        ...{ customSessionId: 'A', mediaMode: 'RELAYED', recordingMode: 'ALWAYS', forcedVideoCodec: 'VP8' },
        ...{ allowTranscoding: true, defaultRecordingProperties: { outputMode: 'INDIVIDUAL', name: 'film' } },
      };
      const { json } = await stage.api('POST', '/sessions', asked);
      expect(timeless(json)).to.deep.equal(
        session('A', {
          ...asked,
          defaultRecordingProperties: {
            ...{ name: 'film', hasAudio: true, hasVideo: true, outputMode: 'INDIVIDUAL', ignoreFailedStreams: false },
          },
        }),
      );
      const custom = { recordingLayout: 'CUSTOM', customLayout: 'mine' };
      const other = await stage.api('POST', '/sessions', { defaultRecordingProperties: custom });
      expect(member(other.json, 'defaultRecordingProperties')).to.include(custom);
      const sound = await stage.api('POST', '/sessions', { defaultRecordingProperties: { hasVideo: false } });
      expect(member(sound.json, 'defaultRecordingProperties')).to.have.all.keys(
        'name',
        'hasAudio',
        'hasVideo',
        'outputMode',
      );
    });

    it('are refused with wrong values, and say which', async () => {
      for (const body of [
        { customSessionId: 'a b' },
        { customSessionId: 7 },
        { mediaMode: 'OTHER' },
        { recordingMode: true },
        { forcedVideoCodec: 'AV1' },
        { allowTranscoding: 'yes' },
        { defaultRecordingProperties: 'all' },
        { defaultRecordingProperties: { outputMode: 'FILM' } },
        [],
        'no JSON',
        '"text"',
      ]) {
        const { status, json } = await stage.api('POST', '/sessions', body);
        expect(status, JSON.stringify(body)).to.equal(400);
        expect(json).to.have.all.keys('timestamp', 'status', 'error', 'message', 'path');
      }
      expect(stage.rooms.names).to.deep.equal([]);
    });
  });

  describe('connections', () => {
    it('are pending, then active, in each list', async () => {
      await stage.api('POST', '/sessions', { customSessionId: 'A' });
      const customIceServers = [{ url: 'turn:192.0.2.7:3478', username: 'u', credential: 'c' }];
      const kurentoOptions = { videoMaxRecvBandwidth: 500, allowedFilters: ['GStreamerFilter'] };
      const asked = { data: 'server', role: 'MODERATOR', record: false, kurentoOptions, customIceServers };
      const made = await stage.api('POST', '/sessions/A/connection', asked);
      const id = String(member(made.json, 'id'));
      expect(timeless(made.json)).to.deep.equal({
        ...{ id, object: 'connection', status: 'pending', connectionId: id, sessionId: 'A', type: 'WEBRTC' },
        ...{ record: false, role: 'MODERATOR', kurentoOptions, customIceServers, rtspUri: null },
        ...{ adaptativeBitrate: null, onlyPlayWithSubscribers: null, networkCache: null, serverData: 'server' },
        token: member(made.json, 'token'),
        ...{ activeAt: null, location: null, ip: null, platform: null, clientData: null },
        ...{ publishers: null, subscribers: null },
      });
      const host = new URL(stage.origin).host;
      expect(member(made.json, 'token')).to.match(new RegExp(`^ws://${host}\\?sessionId=A&token=tok_[A-Za-z0-9]{24}$`));
      expect((await stage.api('GET', `/sessions/A/connection/${id}`)).json).to.deep.equal(made.json);
      const count = async (path: string): Promise<unknown> => {
        const { json } = await stage.api('GET', path);
        return member(json, 'numberOfElements') ?? member(json, 'connections', 'numberOfElements');
      };
      const paths = ['/sessions/A/connection', '/sessions/A'];
      const queries = ['', '?pendingConnections=true', '?pendingConnections=false&webRtcStats=true'];
      const counts = (): Promise<unknown[]> =>
        Promise.all(paths.flatMap((path) => queries.map((query) => count(path + query))));
      expect(await counts()).to.deep.equal([1, 1, 0, 0, 1, 0]);
      const ovSession = stage.session('A');
      const connection = ovSession.connection(id);
      if (!connection) throw new Error('it is there');
      const page = stage.enter(ovSession, connection);
      const stream = await stage.publish(connection, page);
      const active = await stage.api('GET', `/sessions/A/connection/${id}`);
      expect(active.json).to.include({
        status: 'active',
        location: 'unknown',
        ip: '192.0.2.1',
        platform: 'Chrome 130',
      });
      expect(active.json).to.include({ clientData: '{"clientData":"Ana"}', createdAt: member(made.json, 'createdAt') });
      expect(member(active.json, 'publishers')).to.deep.equal([
        {
          ...{ createdAt: stream.createdAt, streamId: stream.id },
          mediaOptions: {
            ...{ hasAudio: true, audioActive: true, hasVideo: true, videoActive: false, typeOfVideo: 'CAMERA' },
            ...{ frameRate: 30, videoDimensions: '{"width":640,"height":480}', filter: {} },
          },
        },
      ]);
      expect(await counts()).to.deep.equal([1, 1, 1, 1, 1, 1]);
    });

    it('are refused with wrong values, and without their session', async () => {
      await stage.api('POST', '/sessions', { customSessionId: 'A' });
      for (const body of [
        { type: 'OTHER' },
        { role: 'BOSS' },
        { record: 'yes' },
        { data: {} },
        { data: 'd'.repeat(10_001) },
        { kurentoOptions: { videoMaxRecvBandwidth: 'much' } },
        { kurentoOptions: { allowedFilters: 'all' } },
        { customIceServers: [{ url: 'http://stun.example' }] },
        { customIceServers: [{ url: 'turn:turn.example' }] },
      ]) {
        expect((await stage.api('POST', '/sessions/A/connection', body)).status, JSON.stringify(body)).to.equal(400);
      }
      expect((await stage.api('POST', '/sessions/A/connection', { type: 'IPCAM' })).status).to.equal(501);
      expect((await stage.api('POST', '/sessions/B/connection')).status).to.equal(404);
      expect((await stage.api('GET', '/sessions/B/connection')).status).to.equal(404);
      expect((await stage.api('GET', '/sessions/B/connection/con_X')).status).to.equal(400);
      expect((await stage.api('GET', '/sessions/A/connection/con_X')).status).to.equal(404);
      expect(stage.session('A').pending).to.deep.equal([]);
    });

    it('end: a pending one with its token, an active one is evicted', async () => {
      const { session: ovSession, connection, page } = await stage.member('A');
      await stage.member('A');
      const { json } = await stage.api('POST', '/sessions/A/connection');
      const id = String(member(json, 'id'));
      expect((await stage.api('DELETE', `/sessions/A/connection/${id}`)).status).to.equal(204);
      expect(ovSession.connectionByToken(String(member(json, 'token')))).to.equal(undefined);
      const facts: unknown[] = [];
      stage.sessions.listen((fact) => facts.push('reason' in fact ? `${fact.event} ${fact.reason}` : fact.event));
      expect((await stage.api('DELETE', `/sessions/A/connection/${connection.id}`)).status).to.equal(204);
      expect(page.closed).to.equal(true);
      expect(facts).to.deep.equal(['participantLeft forceDisconnectByServer']);
      expect((await stage.api('DELETE', `/sessions/A/connection/${id}`)).status).to.equal(404);
      expect((await stage.api('DELETE', `/sessions/B/connection/${id}`)).status).to.equal(400);
    });

    it('of strangers end so too', async () => {
      await stage.api('POST', '/sessions', { customSessionId: 'A' });
      const berta = stage.stranger('A', 'Berta');
      const [seen] = stage.session('A').active;
      expect((await stage.api('DELETE', `/sessions/A/connection/${seen?.id}`)).status).to.equal(204);
      expect(berta.closed).to.equal(true);
    });

    it('are changed, pending and active, and pages are told what has changed', async () => {
      const { connection, page } = await stage.member('A');
      const path = `/sessions/A/connection/${connection.id}`;
      const { status, json } = await stage.api('PATCH', path, { role: 'MODERATOR', record: false });
      expect([status, member(json, 'role'), member(json, 'record')]).to.deep.equal([200, 'MODERATOR', false]);
      expect(page.grants.roomAdmin).to.equal(true);
      await stage.api('PATCH', path, { role: 'MODERATOR', record: true });
      expect(stage.notices.map(({ notice }) => notice.params)).to.deep.equal([
        { property: 'role', newValue: 'MODERATOR' },
        { property: 'record', newValue: 'false' },
        { property: 'record', newValue: 'true' },
      ]);
      const pending = await stage.api('POST', '/sessions/A/connection');
      const other = `/sessions/A/connection/${String(member(pending.json, 'id'))}`;
      expect(member((await stage.api('PATCH', other, { role: 'SUBSCRIBER' })).json, 'role')).to.equal('SUBSCRIBER');
      expect(
        await statuses(
          stage.api('PATCH', other, { role: 'BOSS' }),
          stage.api('PATCH', '/sessions/B/connection/con_X', {}),
          stage.api('PATCH', '/sessions/A/connection/con_X', {}),
        ),
      ).to.deep.equal([400, 400, 404]);
    });
  });

  it('ends streams, of members and of strangers', async () => {
    const { session: ovSession, connection, page } = await stage.member('A');
    const stream = await stage.publish(connection, page);
    const facts: string[] = [];
    stage.sessions.listen((fact) => facts.push('reason' in fact ? `${fact.event} ${fact.reason}` : fact.event));
    const path = `/sessions/A/stream/${stream.id}`;
    expect((await stage.api('DELETE', path)).status).to.equal(204);
    expect(page.publication).to.equal(undefined);
    expect(facts).to.deep.equal(['webrtcConnectionDestroyed forceUnpublishByServer']);
    expect((await stage.api('DELETE', path)).status).to.equal(404);
    expect((await stage.api('DELETE', '/sessions/A/stream/str_CAM_XXXX_con_Y')).status).to.equal(404);
    expect((await stage.api('DELETE', `/sessions/B/stream/${stream.id}`)).status).to.equal(400);
    expect(ovSession.active).to.have.lengthOf(1);
  });

  it('shows what our own administrators do as done by the server', async () => {
    await stage.stop();
    stage = new RestStage({ adminToken: 'token' });
    await stage.start();
    const asAdmin = async (method: string, path: string): Promise<number> => {
      const headers = { authorization: 'Bearer token' };
      return (await stage.ask(method, `/api/v1/rooms/A${path}`, { password: null, headers })).status;
    };
    const { connection, page } = await stage.member('A');
    await stage.member('A');
    await stage.publish(connection, page);
    const facts: string[] = [];
    stage.sessions.listen((fact) => facts.push('reason' in fact ? `${fact.event} ${fact.reason}` : fact.event));
    expect(await asAdmin('DELETE', `/participants/${connection.id}/publications/webcam`)).to.be.oneOf([200, 204]);
    expect(await asAdmin('DELETE', `/participants/${connection.id}`)).to.be.oneOf([200, 204]);
    expect(await asAdmin('DELETE', '')).to.be.oneOf([200, 204]);
    expect(facts).to.deep.equal([
      'webrtcConnectionDestroyed forceUnpublishByServer',
      'participantLeft forceDisconnectByServer',
      'participantLeft sessionClosedByServer',
      'sessionDestroyed sessionClosedByServer',
    ]);
  });

  it('makes tokens in the old way', async () => {
    await stage.api('POST', '/sessions', { customSessionId: 'A' });
    const kurentoOptions = { videoMaxSendBandwidth: 5 };
    const { status, json } = await stage.api('POST', '/tokens', {
      session: 'A',
      role: 'SUBSCRIBER',
      data: 'd',
      kurentoOptions,
    });
    expect(status).to.equal(200);
    expect(json).to.include({ session: 'A', role: 'SUBSCRIBER', data: 'd', token: member(json, 'id') });
    expect(member(json, 'kurentoOptions')).to.deep.equal(kurentoOptions);
    expect(stage.session('A').connectionByToken(String(member(json, 'token')))?.id).to.equal(
      member(json, 'connectionId'),
    );
    const plain = await stage.api('POST', '/tokens', { session: 'A' });
    expect(plain.json).to.include({ role: 'PUBLISHER', data: '' });
    expect(plain.json).not.to.have.property('kurentoOptions');
    expect(
      await statuses(
        stage.api('POST', '/tokens'),
        stage.api('POST', '/tokens', { session: 7 }),
        stage.api('POST', '/tokens', { session: 'A', role: 'BOSS' }),
        stage.api('POST', '/tokens', { session: 'B' }),
      ),
    ).to.deep.equal([400, 400, 400, 404]);
  });

  describe('signals', () => {
    it('reach all members or some, typed as their library hears them', async () => {
      const { connection } = await stage.member('A');
      const { connection: other } = await stage.member('A');
      const { status, text } = await stage.api('POST', '/signal', { session: 'A', type: 'x', data: 'hello' });
      expect([status, text]).to.deep.equal([200, '']);
      await stage.api('POST', '/signal', { session: 'A', to: [other.id, other.id], type: 'signal:y' });
      await stage.api('POST', '/signal', { session: 'A', to: [] });
      expect(stage.notices).to.deep.equal([
        {
          to: [connection.id, other.id],
          notice: { method: 'sendMessage', params: { data: 'hello', type: 'signal:x' } },
        },
        { to: [other.id], notice: { method: 'sendMessage', params: { type: 'signal:y' } } },
        { to: [connection.id, other.id], notice: { method: 'sendMessage', params: {} } },
      ]);
    });

    it('of chat reach strangers as texts of the server', async () => {
      const { connection } = await stage.member('A');
      const told: { readonly type: string; readonly text?: string }[] = [];
      stage.stranger('A', 'Berta', told as never[]);
      const seen = stage.session('A').active.at(-1)?.id ?? '';
      const data = '{"message":"hello","nickname":"x"}';
      await stage.api('POST', '/signal', { session: 'A', type: 'chat', data });
      expect(told.filter(({ type }) => type === 'announced').map(({ text }) => text)).to.deep.equal(['hello']);
      expect(stage.notices.map(({ to }) => to)).to.deep.equal([[connection.id]]);
      expect(
        await statuses(stage.api('POST', '/signal', { session: 'A', to: [seen], type: 'chat', data })),
      ).to.deep.equal([406]);
      expect(await statuses(stage.api('POST', '/signal', { session: 'A', to: [seen], type: 'x', data }))).to.deep.equal(
        [406],
      );
    });

    it('are refused, and then nobody is told', async () => {
      await stage.member('A');
      await stage.api('POST', '/sessions', { customSessionId: 'empty' });
      expect(
        await statuses(
          stage.api('POST', '/signal'),
          stage.api('POST', '/signal', {}),
          stage.api('POST', '/signal', { session: 'A', to: 'all' }),
          stage.api('POST', '/signal', { session: 'A', type: 1 }),
          stage.api('POST', '/signal', { session: 'A', data: {} }),
          stage.api('POST', '/signal', { session: 'B' }),
          stage.api('POST', '/signal', { session: 'empty' }),
          stage.api('POST', '/signal', { session: 'A', to: ['con_X'] }),
        ),
      ).to.deep.equal([400, 400, 400, 400, 400, 404, 406, 406]);
      expect(stage.notices).to.deep.equal([]);
    });
  });

  it('tells its configuration', async () => {
    const { json } = await stage.api('GET', '/config');
    expect(json).to.include({
      ...{ VERSION: '2.32.2', DOMAIN_OR_PUBLIC_IP: '127.0.0.1', HTTPS_PORT: Number(new URL(stage.origin).port) },
      ...{ OPENVIDU_PUBLICURL: stage.origin, OPENVIDU_CDR: false, OPENVIDU_STREAMS_VIDEO_MAX_RECV_BANDWIDTH: 1000 },
      ...{ OPENVIDU_STREAMS_FORCED_VIDEO_CODEC: 'MEDIA_SERVER_PREFERRED', OPENVIDU_STREAMS_ALLOW_TRANSCODING: false },
      ...{ OPENVIDU_WEBRTC_SIMULCAST: false, OPENVIDU_SESSIONS_GARBAGE_INTERVAL: 900, OPENVIDU_RECORDING: false },
      ...{ OPENVIDU_WEBHOOK: false, OPENVIDU_STREAMS_VIDEO_MIN_SEND_BANDWIDTH: 300 },
    });
    expect(json).not.to.have.property('OPENVIDU_RECORDING_PATH');
    const open = await stage.ask('GET', '/openvidu/api/config/openvidu-publicurl', { password: null });
    expect([open.status, open.text]).to.deep.equal([200, stage.origin]);
    for (const [name, value] of [
      ['version', '2.32.2'],
      ['recording', 'false'],
      ['recording-path', ''],
      ['cdr', 'false'],
    ] as const) {
      expect((await stage.api('GET', `/config/openvidu-${name}`)).text).to.equal(value);
    }
    const health = await stage.api('GET', '/health');
    expect([health.status, health.json]).to.deep.equal([200, { status: 'UP' }]);
  });

  it('says 501 for what is not built, 405 for a wrong method and 404 for a wrong path', async () => {
    for (const [method, path] of [
      ['POST', '/restart'],
      ['GET', '/media-nodes'],
      ['POST', '/broadcast/start'],
      ['POST', '/speech-to-text/load'],
      ['GET', '/recordings'],
      ['POST', '/recordings/start'],
      ['POST', '/recordings/stop/A'],
      ['GET', '/recordings/A'],
      ['DELETE', '/recordings/A'],
    ] as const) {
      expect((await stage.api(method, path)).status, path).to.equal(501);
    }
    expect((await stage.ask('GET', '/openvidu/cdr')).status).to.equal(501);
    const wrong = await stage.api('PUT', '/sessions');
    expect([wrong.status, wrong.headers.get('allow')]).to.deep.equal([405, 'POST, GET']);
    expect(await statuses(stage.api('GET', '/signal'), stage.api('GET', '/nothing'))).to.deep.equal([405, 404]);
  });

  it('is for those who have the secret', async () => {
    for (const asked of [
      { password: null },
      { password: 'wrong' },
      { user: 'ADMIN' },
      { password: null, headers: { authorization: 'Bearer MY_SECRET' } },
      { password: null, headers: { authorization: 'Basic !' } },
    ]) {
      const { status, headers } = await stage.ask('GET', '/openvidu/api/sessions', asked);
      expect([status, headers.get('www-authenticate')]).to.deep.equal([401, 'Basic realm="openvidu"']);
    }
    expect((await stage.ask('GET', '/openvidu/api/nothing', { password: null })).status).to.equal(401);
  });

  it('lets an address wait that sends many wrong secrets, also with the right one', async () => {
    const guess = async (password: string): Promise<number> =>
      (await stage.ask('GET', '/openvidu/api/sessions', { password })).status;
    for (let count = 0; count < 11; count += 1) expect(await guess('wrong')).to.equal(401);
    const { status, headers } = await stage.ask('GET', '/openvidu/api/sessions', {});
    expect(status).to.equal(429);
    expect(Number(headers.get('retry-after'))).to.be.above(0);
  });

  it('is served at the older paths, beside our own API', async () => {
    expect((await stage.ask('POST', '/api/sessions', { body: { customSessionId: 'A' } })).status).to.equal(200);
    expect((await stage.ask('GET', '/api/sessions/A')).status).to.equal(200);
    expect((await stage.ask('POST', '/api/tokens', { body: { session: 'A' } })).status).to.equal(200);
    expect((await stage.ask('GET', '/config')).status).to.equal(200);
    const ours = await stage.ask('GET', '/api/v1/rooms', { password: null });
    expect(ours.json).to.be.an('array');
  });
});

describe('REST of OpenVidu, with other settings', () => {
  const staged = async (
    config: ConstructorParameters<typeof RestStage>[0],
    run: (stage: RestStage) => Promise<void>,
  ) => {
    const stage = new RestStage(config);
    await stage.start();
    try {
      await run(stage);
    } finally {
      await stage.stop();
    }
  };

  it('is at the root whatever PATH_PREFIX is', () =>
    staged({ pathPrefix: '/atrium' }, async (stage) => {
      expect((await stage.api('GET', '/sessions')).status).to.equal(200);
    }));

  it('is not there without a secret', () =>
    staged({ openvidu: { secret: '' } }, async (stage) => {
      expect((await stage.api('GET', '/sessions')).status).to.equal(404);
    }));

  it('leaves the older paths alone where that is wished', () =>
    staged({ openvidu: { deprecatedPaths: false } }, async (stage) => {
      expect((await stage.ask('GET', '/api/sessions')).status).to.equal(404);
    }));

  it('gives tokens with the public URL', () =>
    staged({ openvidu: { publicurl: 'https://rooms.example:4443/' } }, async (stage) => {
      await stage.api('POST', '/sessions', { customSessionId: 'A' });
      const { json } = await stage.api('POST', '/sessions/A/connection');
      expect(member(json, 'token')).to.match(/^wss:\/\/rooms\.example:4443\?sessionId=A&token=tok_/);
      expect((await stage.api('GET', '/config')).json).to.include({
        HTTPS_PORT: 4443,
        DOMAIN_OR_PUBLIC_IP: 'rooms.example',
      });
    }));

  it('masks the headers of the webhook', () =>
    staged(
      {
        openvidu: {
          webhook: true,
          webhookEndpoint: 'http://127.0.0.1:9/',
          webhookHeaders: '["Authorization: Basic aGk="]',
        },
      },
      async (stage) => {
        const { json, text } = await stage.api('GET', '/config');
        expect(member(json, 'OPENVIDU_WEBHOOK_HEADERS')).to.deep.equal(['Authorization: ********']);
        expect(text).not.to.include('aGk=');
      },
    ));

  it('answers pages of origins that are allowed, and no others', () =>
    staged({ allowedOrigins: ['https://pages.example'] }, async (stage) => {
      const origin = 'https://pages.example';
      const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
      const preflight = await stage.ask('OPTIONS', '/openvidu/api/sessions', {
        password: null,
        headers: { origin, ...asked },
      });
      expect(preflight.status).to.equal(200);
      expect(preflight.headers.get('access-control-allow-origin')).to.equal(origin);
      expect(preflight.headers.get('access-control-allow-methods')).to.include('DELETE');
      expect(preflight.headers.get('access-control-allow-headers')).to.equal('authorization');
      const reply = await stage.ask('POST', '/openvidu/api/sessions', { headers: { origin }, body: {} });
      expect([reply.status, reply.headers.get('access-control-allow-origin')]).to.deep.equal([200, origin]);
      const other = await stage.ask('POST', '/openvidu/api/sessions', {
        headers: { origin: 'https://evil.example' },
        body: {},
      });
      expect([other.status, stage.sessions.list().length]).to.deep.equal([403, 1]);
    }));

  it('refuses more sessions and connections than there may be with 503', () =>
    staged({ openvidu: { maxSessions: 1, maxPendingConnections: 1 } }, async (stage) => {
      await stage.api('POST', '/sessions', { customSessionId: 'A' });
      expect((await stage.api('POST', '/sessions', { customSessionId: 'B' })).status).to.equal(503);
      await stage.api('POST', '/sessions/A/connection');
      const { status, headers } = await stage.api('POST', '/sessions/A/connection');
      expect([status, headers.get('retry-after')]).to.deep.equal([503, '2']);
    }));
});
