import { inspect } from 'node:util';
import { expect } from 'chai';
import { EndpointEvents, PipelineEvents } from '../../support/media-listeners.js';
import { codeOf } from '../../support/rejection.js';
import { until } from '../../support/until.js';
import { ScriptedRoom } from './scripted-room.js';
import { error } from './scripted-server.js';

/** Against a scripted server: a healthy one answers, and in time. */
describe('kurento engine › calls', () => {
  let room: ScriptedRoom;

  beforeEach(() => {
    room = new ScriptedRoom();
  });

  afterEach(async () => {
    await room.close();
  });

  it('the region at the end of an address is for the placement, and the media server does not see it', async () => {
    await room.server.start();
    const engine = room.engine({ url: `${room.server.url}#eu-1` });
    await engine.connect();
    expect([engine.url, engine.region]).to.deep.equal([room.server.url, 'eu-1']);
    const { pipeline } = await room.endpoint(engine);
    expect(engine.adopt(pipeline.record, new PipelineEvents()).record).to.equal(pipeline.record);
  });

  it('a call that is never answered fails with timeout, and the next one is answered', async () => {
    const engine = await room.connect({ requestTimeoutMs: 200 });
    const { endpoint } = await room.endpoint(engine);
    room.server.on('processOffer', () => undefined);
    expect(await codeOf(endpoint.answer('v=0'))).to.equal('timeout');
    await endpoint.connect(endpoint);
  });

  it('a pipeline that comes too late is released when it comes', async () => {
    const engine = await room.connect({ requestTimeoutMs: 200 });
    let answer = (): void => undefined;
    room.server.on('create', (_request, later) => {
      answer = later;
    });
    expect(await codeOf(engine.openPipeline(new PipelineEvents()))).to.equal('timeout');
    answer();
    expect(room.server.objects.size).to.equal(1);
    await until('it is released', () => room.server.objects.size === 0);
  });

  it('an endpoint that comes too late is released when it comes', async () => {
    const engine = await room.connect({ requestTimeoutMs: 200 });
    const { pipeline, pipelineId, endpointId } = await room.endpoint(engine);
    let answer = (): void => undefined;
    room.server.on('create', (_request, later) => {
      answer = later;
    });
    expect(await codeOf(pipeline.createEndpoint({}, new EndpointEvents()))).to.equal('timeout');
    answer();
    await until('it is released', () => room.server.objects.size === 2);
    expect([...room.server.objects]).to.deep.equal([pipelineId, endpointId]);
  });

  it('a pipeline whose events cannot be had is released and refused', async () => {
    const engine = await room.connect();
    room.server.on('subscribe', ({ id }, _answer, socket) => {
      const failure = error(40106, 'MEDIA_OBJECT_EVENT_NOT_SUPPORTED', "Event 'Error' not supported");
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...failure }));
    });
    expect(await codeOf(engine.openPipeline(new PipelineEvents()))).to.equal('not-supported');
    await until('it is released', () => room.server.objects.size === 0);
  });

  it('an endpoint that fails half-way is released, once', async () => {
    const engine = await room.connect({ requestTimeoutMs: 200 });
    const { pipeline } = await room.endpoint(engine);
    room.server.on('subscribe', () => undefined);
    expect(await codeOf(pipeline.createEndpoint({}, new EndpointEvents()))).to.equal('timeout');
    await until('it is released', () => room.server.objects.size === 2);
    pipeline.release();
    await until('all is released', () => room.server.objects.size === 0);
    expect(room.server.received('release')).to.have.lengthOf(2);
  });

  it('each object is released once, however often it is asked for', async () => {
    const engine = await room.connect();
    const { pipeline, pipelineId, endpoint, endpointId } = await room.endpoint(engine);
    await pipeline.createEndpoint({}, new EndpointEvents());
    endpoint.release();
    endpoint.release();
    pipeline.release();
    pipeline.release();
    endpoint.release();
    await until('all is released', () => room.server.objects.size === 0);
    await engine.close();
    expect(room.server.received('release').map(({ params }) => params.object)).to.deep.equal([endpointId, pipelineId]);
  });

  it('an endpoint that is released while it answers rejects with released', async () => {
    const engine = await room.connect();
    const { endpoint } = await room.endpoint(engine);
    let answer = (): void => undefined;
    room.server.on('processOffer', (_request, later) => {
      answer = later;
    });
    const code = codeOf(endpoint.answer('v=0'));
    await until('the offer has arrived', () => room.server.received('processOffer').length === 1);
    endpoint.release();
    answer();
    expect(await code).to.equal('released');
    expect(room.server.received('gatherCandidates')).to.be.empty;
  });

  it('an answer that is no answer is an error in our own words', async () => {
    const engine = await room.connect();
    const { endpoint } = await room.endpoint(engine);
    room.server.on('processOffer', ({ id }, _answer, socket) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: [] }));
    });
    const failure: unknown = await endpoint.answer('v=0').catch((reason: unknown) => reason);
    expect(failure).to.have.property('code', 'engine-error');
    expect(failure).to.have.property('message', 'processOffer: the media server answered something odd');
  });

  it('an answer that is no SDP is an error, one that refuses every section refuses the offer', async () => {
    const engine = await room.connect();
    const { pipeline, endpoint } = await room.endpoint(engine);
    room.server.on('processOffer', ({ id }, _answer, socket) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: { sessionId: 's', value: 7 } }));
    });
    expect(await codeOf(endpoint.answer('v=0'))).to.equal('engine-error');
    room.server.on('processOffer', ({ id }, _answer, socket) => {
      const value = 'v=0\r\nm=audio 0 UDP/TLS/RTP/SAVPF 111\r\n';
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: { sessionId: 's', value } }));
    });
    const other = await pipeline.createEndpoint({}, new EndpointEvents());
    expect(await codeOf(other.answer('v=0'))).to.equal('offer-refused');
  });

  for (const [code, type, expected] of [
    [40001, 'MARSHALL_ERROR', 'engine-error'],
    [40004, 'CONNECT_ERROR', 'engine-error'],
    [40009, 'NOT_ENOUGH_RESOURCES', 'no-capacity'],
    [40101, 'MEDIA_OBJECT_NOT_FOUND', 'object-gone'],
    [40108, 'MEDIA_OBJECT_NOT_AVAILABLE', 'not-supported'],
    [40111, 'MEDIA_OBJECT_OPERATION_NOT_SUPPORTED', 'not-supported'],
    [40201, 'SDP_PARSE_ERROR', 'offer-refused'],
    [40205, 'SDP_END_POINT_PROCESS_OFFER_ERROR', 'offer-refused'],
    [-32603, undefined, 'engine-error'],
  ] as const) {
    it(`${code} of the media server is ${expected}`, async () => {
      const engine = await room.connect();
      const { endpoint } = await room.endpoint(engine);
      room.server.on('processOffer', ({ id }, _answer, socket) => {
        const failure = { code, message: 'as scripted', ...(type && { data: { type } }) };
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, error: failure }));
      });
      expect(await codeOf(endpoint.answer('v=0'))).to.equal(expected);
    });
  }

  it('STUN, TURN and external addresses are set before the offer', async () => {
    const engine = await room.connect({
      reachability: {
        stunServer: { address: '192.0.2.1', port: 3478 },
        turnUrl: 'user:secret@192.0.2.2:3478?transport=udp',
        externalIpv4: '192.0.2.3',
        externalIpv6: '2001:db8::1',
      },
    });
    await room.endpoint(engine);
    const given = ['setStunServerAddress', 'setStunServerPort', 'setTurnUrl', 'setExternalIPv4', 'setExternalIPv6'].map(
      (operation) => room.server.received(operation)[0]?.params.operationParams,
    );
    expect(given).to.deep.equal([
      { stunServerAddress: '192.0.2.1' },
      { stunServerPort: 3478 },
      { turnUrl: 'user:secret@192.0.2.2:3478?transport=udp' },
      { externalIPv4: '192.0.2.3' },
      { externalIPv6: '2001:db8::1' },
    ]);
    expect(room.log.has('warn', 'was not set')).to.be.false;
  });

  it('bandwidth limits are set before the offer, and one that is refused does not spoil the call', async () => {
    const engine = await room.connect({ bandwidth: { maxVideoRecv: 2000, minVideoSend: 100 } });
    room.server.on('setMinVideoSendBandwidth', ({ id }, _answer, socket) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...error(40008, 'MALFORMED_TRANSACTION', 'not found') }));
    });
    const { endpoint } = await room.endpoint(engine);
    await endpoint.answer('v=0');
    const operations = room.server.requests.flatMap(({ params }) => params.operation ?? []);
    expect(operations.indexOf('setMaxVideoRecvBandwidth')).to.be.within(0, operations.indexOf('processOffer'));
    expect(room.server.received('setMaxVideoRecvBandwidth')[0]?.params.operationParams).to.deep.equal({
      maxVideoRecvBandwidth: 2000,
    });
    expect(room.log.has('warn', 'a property of an endpoint was not set')).to.be.true;
  });

  it('an endpoint may have limits of its own, in place of those of all', async () => {
    const engine = await room.connect({ bandwidth: { maxVideoRecv: 2000, maxVideoSend: 1000 } });
    const pipeline = await engine.openPipeline(new PipelineEvents());
    await pipeline.createEndpoint({ bandwidth: { maxVideoSend: 300, minVideoRecv: 50 } }, new EndpointEvents());
    await pipeline.createEndpoint({}, new EndpointEvents());
    const set = room.server.requests.flatMap(({ params }) =>
      params.operation?.startsWith('set') ? [params.operationParams] : [],
    );
    expect(set).to.deep.equal([
      { maxVideoRecvBandwidth: 2000 },
      { minVideoRecvBandwidth: 50 },
      { maxVideoSendBandwidth: 300 },
      { maxVideoRecvBandwidth: 2000 },
      { maxVideoSendBandwidth: 1000 },
    ]);
  });

  it('what a media server says about a secret that it refuses is not logged', async () => {
    const turnUrl = 'user:s3cret@192.0.2.2:3478';
    const engine = await room.connect({ reachability: { turnUrl } });
    room.server.on('setTurnUrl', ({ id }, _answer, socket) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...error(40001, 'MARSHALL_ERROR', `bad URL ${turnUrl}`) }));
    });
    await room.endpoint(engine);
    expect(room.log.has('warn', 'a property of an endpoint was not set')).to.be.true;
    for (const { message, fields } of room.log.lines) expect(`${message} ${inspect(fields)}`).to.not.contain('s3cret');
  });

  it('closing the engine releases what is open and ends the connection', async () => {
    const engine = await room.connect();
    const { pipeline, pipelineEvents } = await room.endpoint(engine);
    const opening = codeOf(engine.openPipeline(new PipelineEvents()));
    await engine.close();
    expect(room.server.objects.size).to.equal(0);
    await until('the socket is closed', () => room.server.sockets === 0);
    expect(await opening).to.equal('unavailable');
    expect(await codeOf(pipeline.createEndpoint({}, new EndpointEvents()))).to.equal('released');
    expect(await codeOf(engine.openPipeline(new PipelineEvents()))).to.equal('unavailable');
    expect(pipelineEvents.losses).to.be.empty;
    expect(engine.up).to.be.false;
  });
});
