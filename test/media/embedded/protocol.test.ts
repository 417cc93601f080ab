import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { Log } from '../../../media/embedded/log.js';
import { MediaServer } from '../../../media/embedded/media-server.js';
import { Methods } from '../../../media/embedded/protocol/methods.js';
import { ProtocolServer } from '../../../media/embedded/protocol/protocol.js';
import { Pulse } from '../../../media/embedded/objects/pulse.js';
import { FakeTransports } from './fake-transports.js';
import type { Answer } from '../../support/kurento-socket.js';
import { KurentoSocket } from '../../support/kurento-socket.js';
import { browserOffer } from './offers.js';

const endpointLimit = 20;

/** A real server on a real socket; the transports below it are fakes, so that no packet leaves. */
class Server {
  readonly transports = new FakeTransports(endpointLimit);
  readonly errors: string[] = [];
  readonly pulse = new Pulse(
    (error) => {
      throw error;
    },
    () => this.now,
  );
  readonly media: MediaServer;
  readonly protocol: ProtocolServer;
  now = 0;
  url = '';

  constructor() {
    const log = new Log('error', (line) => this.errors.push(line));
    this.media = new MediaServer({ transports: this.transports, log, pulse: this.pulse, gcPeriodMs: 240_000 });
    this.protocol = new ProtocolServer(
      new Methods(this.media, (_method, error) => this.errors.push(String(error))),
      log,
    );
  }

  async listen(): Promise<void> {
    this.url = await this.protocol.listen('127.0.0.1', 0);
  }

  close(): void {
    this.protocol.close();
    this.media.stop();
  }
}

function expectError(answer: Answer, code: number, type: string | undefined, message?: string | RegExp): void {
  expect(answer.result).to.equal(undefined);
  expect(answer.error?.code).to.equal(code);
  expect(answer.error?.data).to.deep.equal(type === undefined ? undefined : { type });
  if (typeof message === 'string') expect(answer.error?.message).to.equal(message);
  else if (message) expect(answer.error?.message).to.match(message);
}

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

describe('the Kurento protocol of the embedded engine', () => {
  let server: Server;
  let client: KurentoSocket;
  const open: KurentoSocket[] = [];

  beforeEach(async () => {
    server = new Server();
    await server.listen();
    client = await connect();
  });

  afterEach(async () => {
    for (const socket of open.splice(0)) await socket.close();
    server.close();
    expect(server.errors).to.deep.equal([]);
    expect(server.transports.count, 'transports that remain').to.equal(0);
    expect(server.media.objects.size, 'objects that remain').to.equal(0);
  });

  async function connect(): Promise<KurentoSocket> {
    const socket = await KurentoSocket.open(server.url);
    open.push(socket);
    return socket;
  }

  async function pipelineWithEndpoint(): Promise<{ pipeline: string; endpoint: string }> {
    const pipeline = await client.create('MediaPipeline');
    return { pipeline, endpoint: await client.create('WebRtcEndpoint', { mediaPipeline: pipeline }) };
  }

  const invoke = (object: string, operation: string, operationParams?: Record<string, unknown>): Promise<Answer> =>
    client.request('invoke', { object, operation, operationParams });

  describe('as a transport (§1, §2)', () => {
    it('closes sockets of another path with 1002', async () => {
      const socket = new WebSocket(server.url.replace('/kurento', '/kurento/'));
      const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
      expect([code, reason.toString()]).to.deep.equal([1002, 'Invalid path']);
    });

    it('ignores the query of the path', async () => {
      const socket = await KurentoSocket.open(`${server.url}?access_token=x`);
      expect(await socket.value('ping', { interval: 5000 })).to.equal('pong');
      await socket.close();
    });

    it('takes requests in text and in binary frames and answers in text, keys in order', async () => {
      const request = { id: 'text', jsonrpc: '2.0', method: 'ping', params: {} };
      expect((await client.raw(JSON.stringify(request))).result).to.deep.equal({ value: 'pong' });
      expect((await client.raw(Buffer.from(JSON.stringify({ ...request, id: 'binary' })))).id).to.equal('binary');
      expect(client.frames[0]).to.equal('{"id":"text","jsonrpc":"2.0","result":{"value":"pong"}}');
    });

    it('answers the requests of one socket in their order, slow ones too', async () => {
      const order: string[] = [];
      await Promise.all([
        client
          .request('invoke', {
            object: 'manager_ServerManager',
            operation: 'getUsedCpu',
            operationParams: { interval: 60 },
          })
          .then(() => order.push('slow')),
        client.request('ping', {}).then(() => order.push('quick')),
      ]);
      expect(order).to.deep.equal(['slow', 'quick']);
    });

    it('answers what is no JSON with a parse error and stays', async () => {
      expectError(await client.raw('{"jsonrpc":'), -32700, undefined, 'Parse error.');
      expect(await client.value('ping', {})).to.equal('pong');
    });

    for (const [what, text] of [
      ['a number', '5'],
      ['null', 'null'],
      ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]'],
      ['no version', '{"id":1,"method":"ping"}'],
      ['another version', '{"jsonrpc":"1.0","id":1,"method":"ping"}'],
      ['no method', '{"jsonrpc":"2.0","id":1}'],
      ['an object as id', '{"jsonrpc":"2.0","id":{},"method":"ping"}'],
    ] as const) {
      it(`calls ${what} an invalid request`, async () => {
        await client.create('MediaPipeline').then((object) => client.value('release', { object }));
        const answer = await client.raw(text);
        expectError(answer, -32600, undefined, 'Invalid JSON-RPC request.');
        expect(answer.id).to.equal(null);
      });
    }

    it('carries out notifications, and says that it suppresses the answer', async () => {
      const answer = await client.raw('{"jsonrpc":"2.0","method":"ping","params":{}}');
      expect(answer).to.deep.include({ id: null });
      expect(answer.error).to.deep.equal({
        code: -32000,
        data: { value: 'pong' },
        message: 'Ignoring response because of a notification request',
      });
    });

    it('refuses unknown methods and odd params', async () => {
      expectError(await client.request('fly', {}), -32601, undefined, 'Method not found.');
      expectError(await client.request('create', {}), -32000, undefined, "'type' parameter is required");
      expectError(
        await client.request('invoke', { operation: 'x' }),
        -32000,
        undefined,
        "'object' parameter is required",
      );
      expectError(await client.request('create', []), -32603, undefined, /^Unexpected error while processing method/);
    });

    it('wants params from a socket without session', async () => {
      expectError(await client.request('create'), -32602, 'INVALID_PARAMS', "'params' is required");
      await client.request('create', { type: 'Nope' });
      expectError(await client.request('create'), -32000, undefined, "'type' parameter is required");
    });
  });

  describe('creating and releasing (§3.3 to §3.8)', () => {
    it('names objects by uuid and type, children below their parent', async () => {
      const { pipeline, endpoint } = await pipelineWithEndpoint();
      expect(pipeline).to.match(new RegExp(`^${uuid}_kurento.MediaPipeline$`));
      expect(endpoint).to.match(new RegExp(`^${pipeline}/${uuid}_kurento.WebRtcEndpoint$`));
    });

    it('takes types with and without their module', async () => {
      expect(await client.create('kurento.MediaPipeline')).to.match(/_kurento.MediaPipeline$/);
    });

    it('refuses what cannot be created as a Kurento Media Server does', async () => {
      const create = (type: unknown, constructorParams?: Record<string, unknown>): Promise<Answer> =>
        client.request('create', { type, constructorParams });
      const { pipeline, endpoint } = await pipelineWithEndpoint();
      expectError(await create('Nope', {}), 40108, 'MEDIA_OBJECT_NOT_AVAILABLE', "Factory 'Nope' not found");
      expectError(await create(5, {}), 40108, 'MEDIA_OBJECT_NOT_AVAILABLE');
      expectError(await create('PlayerEndpoint', { mediaPipeline: pipeline }), 40108, 'MEDIA_OBJECT_NOT_AVAILABLE');
      expectError(await create('WebRtcEndpoint'), 40001, 'MARSHALL_ERROR', "'constructorParams' is required");
      const wrong = "'mediaPipeline' parameter should be a string";
      expectError(await create('WebRtcEndpoint', {}), 40001, 'MARSHALL_ERROR', wrong);
      expectError(await create('WebRtcEndpoint', { mediaPipeline: true }), 40001, 'MARSHALL_ERROR', wrong);
      expectError(
        await create('WebRtcEndpoint', { mediaPipeline: 'x' }),
        40101,
        'MEDIA_OBJECT_NOT_FOUND',
        "Object 'x' not found",
      );
      expectError(
        await create('WebRtcEndpoint', { mediaPipeline: endpoint }),
        40107,
        'MEDIA_OBJECT_ILLEGAL_PARAM_ERROR',
      );
      const odd = { mediaPipeline: pipeline, useDataChannels: 'yes' };
      expectError(
        await create('WebRtcEndpoint', odd),
        40001,
        'MARSHALL_ERROR',
        "'useDataChannels' parameter should be a boolean",
      );
      const key = { mediaPipeline: pipeline, certificateKeyType: 'DSA' };
      expectError(
        await create('WebRtcEndpoint', key),
        40001,
        'MARSHALL_ERROR',
        "Invalid value for 'CertificateKeyType'",
      );
    });

    it('refuses endpoints beyond its capacity, and has room again after a release', async () => {
      const { pipeline, endpoint } = await pipelineWithEndpoint();
      for (let count = 1; count < endpointLimit; count++)
        await client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
      const params = { type: 'WebRtcEndpoint', constructorParams: { mediaPipeline: pipeline } };
      expectError(await client.request('create', params), 40009, 'NOT_ENOUGH_RESOURCES');
      expect(((await client.invoke(pipeline, 'getChildren')) as string[]).length).to.equal(endpointLimit);
      await client.value('release', { object: endpoint });
      await client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    });

    it('takes the copy of an object that the stock client sends in the place of its id', async () => {
      const { pipeline } = await pipelineWithEndpoint();
      await client.create('WebRtcEndpoint', { mediaPipeline: { _events: {}, _eventsCount: 3, id: pipeline } });
    });

    it('describes objects', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      const answer = await client.request('describe', { object: endpoint });
      expect(answer.result).to.deep.include({
        type: 'WebRtcEndpoint',
        qualifiedType: 'kurento.WebRtcEndpoint',
        hierarchy: ['BaseRtpEndpoint', 'SdpEndpoint', 'SessionEndpoint', 'Endpoint', 'MediaElement', 'MediaObject'].map(
          (name) => `kurento.${name}`,
        ),
      });
      expectError(await client.request('describe', { object: 'x' }), 40101, 'MEDIA_OBJECT_NOT_FOUND');
      expectError(
        await client.request('describe', { object: 'newref:0' }),
        40109,
        'MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT',
      );
    });

    it('releases an object with all below it, children first, and forgets it', async () => {
      const { pipeline, endpoint } = await pipelineWithEndpoint();
      await client.subscribe('manager_ServerManager', 'ObjectDestroyed');
      const answer = await client.request('release', { object: pipeline });
      expect(answer.result).to.have.all.keys('sessionId');
      await client.until(() => client.events.length === 2);
      expect(client.events.map(({ data }) => data.objectId)).to.deep.equal([endpoint, pipeline]);
      expect(client.events[0]?.data).to.not.have.property('type');
      expectError(await invoke(endpoint, 'getName'), 40101, 'MEDIA_OBJECT_NOT_FOUND');
    });

    it('does not mind the release of what is not there', async () => {
      for (const object of ['x', 'manager_ServerManager']) {
        expect((await client.request('release', { object })).error).to.equal(undefined);
      }
      expect(await client.invoke('manager_ServerManager', 'getName')).to.equal('manager_ServerManager');
    });
  });

  describe('invoking (§3.6, §6)', () => {
    it('answers null for what has no value', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      const answer = await invoke(endpoint, 'setName', { name: 'ann' });
      expect(answer.result).to.deep.include({ value: null });
      expect(await client.invoke(endpoint, 'getName')).to.equal('ann');
      await client.invoke(endpoint, 'setName', { name: 7 });
      expect(await client.invoke(endpoint, 'getName')).to.equal('7');
    });

    it('refuses unknown operations and wrong params as a Kurento Media Server does', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      expectError(
        await invoke(endpoint, 'fly'),
        40008,
        'MALFORMED_TRANSACTION',
        "Method 'fly' with 0 parameters not found",
      );
      expectError(
        await invoke(endpoint, 'constructor', { a: 1, b: 2 }),
        40008,
        'MALFORMED_TRANSACTION',
        "Method 'constructor' with 2 parameters not found",
      );
      expectError(await invoke(endpoint, 'setName'), 40001, 'MARSHALL_ERROR', "'operationParams' is required");
      expectError(
        await invoke(endpoint, 'setName', { name: true }),
        40001,
        'MARSHALL_ERROR',
        "'name' parameter should be a string",
      );
      const half = { candidate: { candidate: 'x', sdpMLineIndex: 0 } };
      expectError(
        await invoke(endpoint, 'addIceCandidate', half),
        40001,
        'MARSHALL_ERROR',
        "'sdpMid' property should be a string",
      );
      expectError(
        await invoke(endpoint, 'setMtu', { mtu: 'big' }),
        40001,
        'MARSHALL_ERROR',
        "'mtu' parameter should be a integer",
      );
      expectError(await invoke('x', 'getName'), 40101, 'MEDIA_OBJECT_NOT_FOUND', "Object 'x' not found");
    });

    it('knows parents, children and tags', async () => {
      const { pipeline, endpoint } = await pipelineWithEndpoint();
      expect(await client.invoke(pipeline, 'getChildren')).to.deep.equal([endpoint]);
      expect(await client.invoke(endpoint, 'getChildren')).to.deep.equal([]);
      expect(await client.invoke(endpoint, 'getParent')).to.equal(pipeline);
      expect(await client.invoke(pipeline, 'getParent')).to.equal(null);
      expect(await client.invoke(endpoint, 'getMediaPipeline')).to.equal(pipeline);
      expect(await client.invoke(pipeline, 'getMediaPipeline')).to.equal(pipeline);
      expectError(
        await invoke(endpoint, 'getTag', { key: 'user' }),
        40110,
        'MEDIA_OBJECT_TAG_KEY_NOT_FOUND',
        'Tag key not found',
      );
      await client.invoke(endpoint, 'addTag', { key: 'user', value: 'bob' });
      expect(await client.invoke(endpoint, 'getTags')).to.deep.equal([
        { __module__: 'kurento', __type__: 'Tag', key: 'user', value: 'bob' },
      ]);
    });

    it('connects elements, one source for each type of media', async () => {
      const { pipeline, endpoint: source } = await pipelineWithEndpoint();
      const other = await client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
      const sink = await client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
      for (const one of [source, other]) await client.subscribe(one, 'ElementConnected', 'ElementDisconnected');
      await client.invoke(source, 'connect', { sink });
      const connections = (await client.invoke(sink, 'getSourceConnections')) as { type: string; source: string }[];
      expect(connections.map((one) => [one.type, one.source])).to.deep.equal(
        ['AUDIO', 'DATA', 'VIDEO'].map((type) => [type, source]),
      );
      expect(connections[0]).to.include({ __type__: 'ElementConnectionData', sink, sinkDescription: 'default' });
      client.events.length = 0;
      await client.invoke(other, 'connect', { sink, mediaType: 'VIDEO' });
      expect(client.events.map(({ type, object, data }) => [type, object, data.mediaType, data.sink])).to.deep.equal([
        ['ElementDisconnected', source, 'VIDEO', sink],
        ['ElementConnected', other, 'VIDEO', sink],
      ]);
      expect(await client.invoke(source, 'getSinkConnections', { mediaType: 'VIDEO' })).to.deep.equal([]);
      await client.invoke(source, 'disconnect', { sink });
      await client.invoke(source, 'disconnect', { sink });
      expect(await client.invoke(source, 'getSinkConnections')).to.deep.equal([]);
    });

    it('refuses to connect across pipelines, with what is no element and with unknown kinds of media', async () => {
      const one = await pipelineWithEndpoint();
      const two = await pipelineWithEndpoint();
      expectError(
        await invoke(one.endpoint, 'connect', { sink: two.endpoint }),
        40004,
        'CONNECT_ERROR',
        'Media elements do not share pipeline',
      );
      expectError(
        await invoke(one.endpoint, 'connect', { sink: one.pipeline }),
        40107,
        'MEDIA_OBJECT_ILLEGAL_PARAM_ERROR',
      );
      expectError(
        await invoke(one.endpoint, 'connect', { sink: one.endpoint, mediaType: 'SMELL' }),
        40001,
        'MARSHALL_ERROR',
      );
    });

    it('tells a source that its sink was released, and a sink nothing', async () => {
      const { pipeline, endpoint: source } = await pipelineWithEndpoint();
      const sink = await client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
      await client.subscribe(source, 'ElementDisconnected');
      await client.invoke(source, 'connect', { sink });
      await client.value('release', { object: sink });
      await client.until(() => client.events.length === 3);
      expect(client.events.map(({ data }) => data.sink)).to.deep.equal([sink, sink, sink]);
    });

    it('keeps the settings of an endpoint, with the defaults of a Kurento Media Server', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      for (const [name, value] of [
        ['MaxVideoRecvBandwidth', 0],
        ['MinVideoRecvBandwidth', 100],
        ['MaxVideoSendBandwidth', 500],
        ['MinVideoSendBandwidth', 100],
        ['MaxAudioRecvBandwidth', 0],
        ['Mtu', 1200],
        ['StunServerPort', 3478],
        ['StunServerAddress', ''],
        ['EncoderBitrate', 300_000],
        ['MaxEncoderBitrate', 2_147_483_647],
        ['MediaState', 'DISCONNECTED'],
        ['ConnectionState', 'DISCONNECTED'],
      ] as const) {
        expect(await client.invoke(endpoint, `get${name}`), name).to.equal(value);
      }
      await client.invoke(endpoint, 'setMaxVideoRecvBandwidth', { maxVideoRecvBandwidth: -4 });
      expect(await client.invoke(endpoint, 'getMaxVideoRecvBandwidth')).to.equal(-4);
      const params = { __module__: 'kurento', __type__: 'RembParams' };
      expect(await client.invoke(endpoint, 'getRembParams')).to.deep.equal(params);
      await client.invoke(endpoint, 'setRembParams', { rembParams: { ...params, rembOnConnect: 500 } });
      expect(await client.invoke(endpoint, 'getRembParams')).to.include({
        ...params,
        rembOnConnect: 500,
        upLosses: 12,
      });
      expectError(await invoke(endpoint, 'setMediaState', { mediaState: 'CONNECTED' }), 40008, 'MALFORMED_TRANSACTION');
    });
  });

  describe('negotiating (§7.2)', () => {
    it('answers an offer once', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      expectError(
        await invoke(endpoint, 'getLocalSessionDescriptor'),
        40202,
        'SDP_END_POINT_NO_LOCAL_SDP_ERROR',
        'No local SDP',
      );
      expectError(
        await invoke(endpoint, 'getRemoteSessionDescriptor'),
        40203,
        'SDP_END_POINT_NO_REMOTE_SDP_ERROR',
        'No remote SDP',
      );
      await client.subscribe(endpoint, 'MediaSessionStarted');
      const offer = browserOffer();
      const answer = z.string().parse(await client.invoke(endpoint, 'processOffer', { offer }));
      expect(answer)
        .to.match(/^v=0\r\n/)
        .and.not.contain('a=candidate');
      await client.event('MediaSessionStarted', endpoint);
      expectError(
        await invoke(endpoint, 'processOffer', { offer }),
        40208,
        'SDP_END_POINT_ALREADY_NEGOTIATED',
        'Endpoint already negotiated',
      );
      expect(await client.invoke(endpoint, 'getLocalSessionDescriptor')).to.equal(answer);
      expect(await client.invoke(endpoint, 'getRemoteSessionDescriptor')).to.equal(offer);
    });

    it('refuses offers that are none, and can still take a good one', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      expectError(
        await invoke(endpoint, 'processOffer', { offer: '' }),
        40201,
        'SDP_PARSE_ERROR',
        'Empty offer not valid',
      );
      expectError(
        await invoke(endpoint, 'processOffer', { offer: 'garbage' }),
        40201,
        'SDP_PARSE_ERROR',
        'Invalid SDP',
      );
      const plain = browserOffer().replaceAll('UDP/TLS/RTP/SAVPF', 'RTP/AVP');
      expectError(await invoke(endpoint, 'processOffer', { offer: plain }), 40205, 'SDP_END_POINT_PROCESS_OFFER_ERROR');
      await client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
    });

    it('says what it cannot do', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      expectError(await invoke(endpoint, 'generateOffer'), 40006, 'NOT_IMPLEMENTED');
      expectError(
        await invoke(endpoint, 'processAnswer', { answer: 'v=0' }),
        40209,
        'SDP_END_POINT_NOT_OFFER_GENERATED',
      );
      expectError(
        await invoke(endpoint, 'createDataChannel'),
        40111,
        'MEDIA_OBJECT_OPERATION_NOT_SUPPORTED',
        'Data channels are not supported',
      );
      expectError(await invoke(endpoint, 'requestKeyframe'), 40111, 'MEDIA_OBJECT_OPERATION_NOT_SUPPORTED');
    });

    it('tells candidates when it is asked for them, once for each section that is served', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      await client.subscribe(endpoint, 'IceCandidateFound', 'IceGatheringDone', 'IceComponentStateChanged');
      await client.invoke(endpoint, 'gatherCandidates');
      await client.invoke(endpoint, 'processOffer', { offer: browserOffer({ application: true }) });
      const listener = server.transports.all[0]?.listener;
      listener?.candidateFound('candidate:1 1 UDP 1 192.0.2.1 9 typ host');
      listener?.gathered();
      await client.event('IceGatheringDone', endpoint);
      await client.invoke(endpoint, 'gatherCandidates');
      expect(client.events.map(({ type, data }) => [type, data.candidate ?? data.state])).to.deep.equal([
        ['IceComponentStateChanged', 'GATHERING'],
        ...['0', '1'].map((sdpMid, sdpMLineIndex) => [
          'IceCandidateFound',
          {
            __module__: 'kurento',
            __type__: 'IceCandidate',
            candidate: 'candidate:1 1 UDP 1 192.0.2.1 9 typ host',
            sdpMid,
            sdpMLineIndex,
          },
        ]),
        ['IceGatheringDone', undefined],
      ]);
    });

    it('takes candidates before the offer, and text that is none', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      for (const candidate of ['candidate:1 1 UDP 1 192.0.2.1 9 typ host', 'nonsense', '']) {
        await client.invoke(endpoint, 'addIceCandidate', { candidate: { candidate, sdpMid: '0', sdpMLineIndex: 0 } });
      }
      await client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
      expect(server.transports.all[0]?.remoteCandidates[0]).to.equal('candidate:1 1 UDP 1 192.0.2.1 9 typ host');
    });

    it('tells how the connection comes and goes', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      await client.subscribe(
        endpoint,
        'IceComponentStateChanged',
        'ConnectionStateChanged',
        'DtlsConnectionStateChange',
        'MediaStateChanged',
      );
      await client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
      const transport = server.transports.all[0];
      for (const state of ['checking', 'reachable', 'connected'] as const) transport?.become(state);
      transport?.listener.rtcp(Buffer.alloc(8));
      expect(await client.invoke(endpoint, 'getConnectionState')).to.equal('CONNECTED');
      expect(await client.invoke(endpoint, 'getMediaState')).to.equal('CONNECTED');
      expect(client.events.map(({ type, data }) => `${type} ${String(data.state ?? data.newState)}`)).to.deep.equal([
        'IceComponentStateChanged CONNECTING',
        'IceComponentStateChanged CONNECTED',
        'IceComponentStateChanged READY',
        'DtlsConnectionStateChange CONNECTING',
        'DtlsConnectionStateChange CONNECTING',
        'ConnectionStateChanged CONNECTED',
        'DtlsConnectionStateChange CONNECTED',
        'DtlsConnectionStateChange CONNECTED',
        'MediaStateChanged CONNECTED',
      ]);
      client.events.length = 0;
      transport?.become('failed');
      server.now += 25_000;
      server.pulse.beat();
      await client.until(() => client.events.length === 3);
      expect(client.events.map(({ type, data }) => `${type} ${String(data.state ?? data.newState)}`)).to.deep.equal([
        'IceComponentStateChanged FAILED',
        'ConnectionStateChanged DISCONNECTED',
        'MediaStateChanged DISCONNECTED',
      ]);
    });

    it('reports statistics by section', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      expect(await client.invoke(endpoint, 'getStats', { mediaType: 'VIDEO' })).to.equal(null);
      await client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
      const stats = (await client.invoke(endpoint, 'getStats')) as Record<
        string,
        { type: string; timestampMillis: unknown }
      >;
      expect(stats[endpoint]?.type).to.equal('endpoint');
      expect(
        Object.values(stats)
          .map(({ type }) => type)
          .sort(),
      ).to.deep.equal(['endpoint', 'inboundrtp', 'inboundrtp', 'outboundrtp', 'outboundrtp']);
      for (const entry of Object.values(stats)) expect(entry.timestampMillis).to.be.a('number');
      const video = (await client.invoke(endpoint, 'getStats', { mediaType: 'VIDEO' })) as object;
      expect(Object.keys(video).length).to.equal(3);
    });
  });

  describe('telling events (§3.7)', () => {
    it('refuses events the class does not have', async () => {
      const { pipeline } = await pipelineWithEndpoint();
      const answer = await client.request('subscribe', { object: pipeline, type: 'Nope' });
      expectError(answer, 40106, 'MEDIA_OBJECT_EVENT_NOT_SUPPORTED', "Event 'Nope' not supported");
    });

    it('tells a session once, however often it subscribed, until the last subscription goes', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      const [one, two] = await Promise.all(
        [1, 2].map(() => client.value('subscribe', { object: endpoint, type: 'ElementConnected' })),
      );
      expect(one).to.not.equal(two);
      await client.invoke(endpoint, 'connect', { sink: endpoint, mediaType: 'AUDIO' });
      expect(client.events.length).to.equal(1);
      await client.request('unsubscribe', { object: endpoint, subscription: one });
      await client.invoke(endpoint, 'connect', { sink: endpoint, mediaType: 'VIDEO' });
      expect(client.events.length).to.equal(2);
      await client.request('unsubscribe', { object: endpoint, subscription: two });
      await client.invoke(endpoint, 'connect', { sink: endpoint, mediaType: 'DATA' });
      expect(client.events.length).to.equal(2);
    });

    it('does not mind the end of an unknown subscription, only of none', async () => {
      expect((await client.request('unsubscribe', { object: 'x', subscription: 'x' })).error).to.equal(undefined);
      expectError(
        await client.request('unsubscribe', { object: 'x' }),
        -32000,
        undefined,
        "'subscription' parameter is required",
      );
    });

    it('has the fields of a Kurento Media Server, tags when they are wanted', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      await client.invoke(endpoint, 'addTag', { key: 'user', value: 'bob' });
      await client.invoke(endpoint, 'setSendTagsInEvents', { sendTagsInEvents: true });
      await client.subscribe(endpoint, 'ElementConnected');
      await client.invoke(endpoint, 'connect', { sink: endpoint, mediaType: 'AUDIO' });
      const event = await client.event('ElementConnected');
      expect(event.data).to.deep.include({
        source: endpoint,
        type: 'ElementConnected',
        mediaType: 'AUDIO',
        tags: [{ __module__: 'kurento', __type__: 'Tag', key: 'user', value: 'bob' }],
      });
      expect(event.data.timestampMillis).to.match(/^\d{13}$/);
    });

    it('tells another session its own copy', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      const other = await connect();
      await other.subscribe(endpoint, 'ElementConnected');
      await client.subscribe(endpoint, 'ElementConnected');
      await client.invoke(endpoint, 'connect', { sink: endpoint, mediaType: 'AUDIO' });
      await other.event('ElementConnected', endpoint);
      await client.event('ElementConnected', endpoint);
    });
  });

  describe('transactions (§3.9)', () => {
    const transact = (operations: unknown[]): Promise<Answer> => client.request('transaction', { operations });
    const create = { jsonrpc: '2.0', id: 0, method: 'create', params: { type: 'MediaPipeline' } };

    it('run in order and may refer to earlier results', async () => {
      const answer = await transact([
        create,
        {
          id: 1,
          method: 'create',
          params: { type: 'WebRtcEndpoint', constructorParams: { mediaPipeline: 'newref:0' } },
        },
        { id: 2, method: 'invoke', params: { object: 'newref:1', operation: 'getMinVideoRecvBandwidth' } },
      ]);
      const { value } = answer.result as { value: { id: number; result: { value: unknown } }[] };
      expect(value.map(({ id }) => id)).to.deep.equal([0, 1, 2]);
      expect(value[2]?.result.value).to.equal(100);
    });

    it('end with the first error and keep what was done', async () => {
      const answer = await transact([
        create,
        { id: 1, method: 'create', params: { type: 'Nope', constructorParams: {} } },
        { id: 2, method: 'create', params: { type: 'MediaPipeline' } },
      ]);
      const { value } = answer.result as { value: { error?: { code: number } }[] };
      expect(value.map(({ error }) => error?.code)).to.deep.equal([undefined, 40108]);
      expect(server.media.objects.size).to.equal(1);
    });

    it('are refused when their ids or references do not fit', async () => {
      expect((await transact([])).result).to.deep.include({ value: [] });
      expectError(await client.request('transaction', {}), -32000, undefined, "'operations' parameter is required");
      expectError(
        await transact([{ ...create, id: 5 }]),
        40008,
        'MALFORMED_TRANSACTION',
        "Id of request '0' should be '0'",
      );
      const lost = { id: 0, method: 'release', params: { object: 'newref:5' } };
      expectError(await transact([lost]), 40008, 'MALFORMED_TRANSACTION', 'Result not found on request 5');
    });
  });

  describe('sessions (§3.1, §3.2, §3.10, §4)', () => {
    const sessionOf = (answer: Answer): string => z.object({ sessionId: z.string() }).parse(answer.result).sessionId;

    it('are bound to the socket and named in every result', async () => {
      const session = sessionOf(await client.request('create', { type: 'MediaPipeline' }));
      expect(sessionOf(await client.request('describe', { object: 'manager_ServerManager' }))).to.equal(session);
      expect(await client.invoke('manager_ServerManager', 'getSessions')).to.deep.equal([session]);
    });

    it('are not made by pings, which name the one they were given', async () => {
      expect((await client.request('ping', { interval: 5000, sessionId: 'x' })).result).to.deep.equal({
        sessionId: 'x',
        value: 'pong',
      });
      expect((await client.request('ping')).result).to.deep.equal({ value: 'pong' });
      expect(server.media.sessions.all).to.deep.equal([]);
    });

    it('survive their socket: another takes them up, with objects and subscriptions', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      await client.subscribe(endpoint, 'ElementConnected');
      const session = sessionOf(await client.request('describe', { object: endpoint }));
      await client.close();
      const again = await connect();
      const answer = await again.request('connect', { sessionId: session });
      expect(answer.result).to.have.all.keys('serverId', 'sessionId');
      await again.invoke(endpoint, 'connect', { sink: endpoint });
      await again.event('ElementConnected', endpoint);
    });

    it('that are unknown cannot be resumed, but are made when they are used', async () => {
      expectError(await client.request('connect', { sessionId: 'old' }), 40007, 'INVALID_SESSION', 'Invalid session');
      expectError(await client.request('keepAlive', { sessionId: 'old' }), 40007, 'INVALID_SESSION');
      expect(sessionOf(await client.request('create', { type: 'MediaPipeline', sessionId: 'old' }))).to.equal('old');
      expect(sessionOf(await client.request('keepAlive', { sessionId: 'old' }))).to.equal('old');
    });

    it('have one identity of the server for its whole run', async () => {
      const server1 = z.object({ serverId: z.string() }).parse((await client.request('connect', {})).result).serverId;
      const server2 = z
        .object({ serverId: z.string() })
        .parse((await (await connect()).request('connect', {})).result).serverId;
      expect(server1).to.equal(server2);
    });

    it('that lost their socket are dropped with their objects after one period without use', async () => {
      await pipelineWithEndpoint();
      await client.close();
      const other = await connect();
      await other.until(() => true);
      server.now += 239_000;
      server.media.sessions.collect();
      expect(server.media.objects.size).to.equal(2);
      server.now += 2_000;
      server.media.sessions.collect();
      expect(server.media.objects.size).to.equal(0);
      expect(server.transports.count).to.equal(0);
    });

    it('with an open socket stay, however long they are silent', async () => {
      await pipelineWithEndpoint();
      for (let period = 0; period < 3; period++) {
        server.now += 240_000;
        server.media.sessions.collect();
      }
      expect(server.media.objects.size).to.equal(2);
    });

    it('leave behind what another session holds, and its parents', async () => {
      const { pipeline, endpoint } = await pipelineWithEndpoint();
      await client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
      const other = await connect();
      await other.request('describe', { object: endpoint });
      await client.close();
      await other.value('ping', {});
      server.now += 240_000;
      server.media.sessions.collect();
      expect(server.media.objects.all.map(({ id }) => id)).to.have.members([pipeline, endpoint]);
    });

    it('can be closed, with or without their objects', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      const session = sessionOf(await client.request('describe', { object: endpoint }));
      const other = await connect();
      await other.request('describe', { object: endpoint });
      expect((await client.request('closeSession', { sessionId: session })).result).to.equal(null);
      expect(server.media.objects.size, 'held by the other').to.equal(2);
      const after = await client.request('create', { type: 'MediaPipeline' });
      expect(server.media.sessions.all.map(({ id }) => id)).to.include(sessionOf(after));
      await client.request('closeSession', { sessionId: sessionOf(after), release: true });
      const second = sessionOf(await other.request('describe', { object: endpoint }));
      await other.request('closeSession', { sessionId: second, release: true });
      expect(server.media.objects.size).to.equal(0);
    });

    it('can let go of single objects', async () => {
      const { endpoint } = await pipelineWithEndpoint();
      expect((await client.request('unref', { object: 'x' })).error).to.equal(undefined);
      await client.request('unref', { object: endpoint });
      expect(server.media.objects.size).to.equal(1);
    });
  });

  describe('the server manager (§5)', () => {
    it('names the three modules the stock client looks for, and what can really be created', async () => {
      const info = (await client.invoke('manager_ServerManager', 'getInfo')) as {
        modules: { name: string; factories: string[] }[];
      };
      expect(info).to.include({ __type__: 'ServerInfo', type: 'KMS' });
      expect(info.modules.map(({ name }) => name)).to.deep.equal(['core', 'elements', 'filters']);
      expect(info.modules.flatMap(({ factories }) => factories)).to.deep.equal([
        'MediaPipeline',
        'PassThrough',
        'RecorderEndpoint',
        'WebRtcEndpoint',
      ]);
    });

    it('knows pipelines, memory, processors and its use of them', async () => {
      const pipeline = await client.create('MediaPipeline');
      expect(await client.invoke('manager_ServerManager', 'getPipelines')).to.deep.equal([pipeline]);
      expect(await client.invoke('manager_ServerManager', 'getUsedMemory')).to.be.within(10_000, 10_000_000);
      expect(await client.invoke('manager_ServerManager', 'getCpuCount')).to.be.at.least(1);
      expect(await client.invoke('manager_ServerManager', 'getUsedCpu', { interval: 10 })).to.be.at.least(0);
      expect(await client.invoke('manager_ServerManager', 'getMetadata')).to.equal('');
      expect(await client.invoke('manager_ServerManager', 'getParent')).to.equal(null);
      expectError(await invoke('manager_ServerManager', 'getKmd', { moduleName: 'x' }), 40500, 'UNDEFINED');
      expectError(await invoke('manager_ServerManager', 'getUsedCpu'), 40001, 'MARSHALL_ERROR');
    });

    it('tells of each object that is created', async () => {
      await client.subscribe('manager_ServerManager', 'ObjectCreated');
      const { pipeline, endpoint } = await pipelineWithEndpoint();
      expect(client.events.map(({ data }) => data.object)).to.deep.equal([pipeline, endpoint]);
    });
  });
});
