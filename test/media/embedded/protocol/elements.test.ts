import { expect } from 'chai';
import { expectError, ProtocolStage } from './protocol-stage.js';

describe('the Kurento protocol of the embedded engine, invoking (§3.6, §6)', () => {
  const stage = new ProtocolStage();

  it('answers null for what has no value', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    const answer = await stage.invoke(endpoint, 'setName', { name: 'ann' });
    expect(answer.result).to.deep.include({ value: null });
    expect(await stage.client.invoke(endpoint, 'getName')).to.equal('ann');
    await stage.client.invoke(endpoint, 'setName', { name: 7 });
    expect(await stage.client.invoke(endpoint, 'getName')).to.equal('7');
  });

  it('refuses unknown operations and wrong params as a Kurento Media Server does', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    expectError(
      await stage.invoke(endpoint, 'fly'),
      40008,
      'MALFORMED_TRANSACTION',
      "Method 'fly' with 0 parameters not found",
    );
    expectError(
      await stage.invoke(endpoint, 'constructor', { a: 1, b: 2 }),
      40008,
      'MALFORMED_TRANSACTION',
      "Method 'constructor' with 2 parameters not found",
    );
    for (const [setter, name, type] of [
      ['setName', 'name', 'string'],
      ['setMtu', 'mtu', 'integer'],
      ['setSendTagsInEvents', 'sendTagsInEvents', 'boolean'],
    ]) {
      const wanted = `'${String(name)}' parameter should be a ${String(type)}`;
      expectError(await stage.invoke(endpoint, String(setter)), 40001, 'MARSHALL_ERROR', wanted);
    }
    expectError(await stage.invoke(endpoint, 'addTag'), 40001, 'MARSHALL_ERROR', "'operationParams' is required");
    expectError(
      await stage.invoke(endpoint, 'setName', { name: [] }),
      40001,
      'MARSHALL_ERROR',
      "'name' parameter should be a string",
    );
    const half = { candidate: { candidate: 'x', sdpMLineIndex: 0 } };
    expectError(
      await stage.invoke(endpoint, 'addIceCandidate', half),
      40001,
      'MARSHALL_ERROR',
      "'sdpMid' property should be a string",
    );
    expectError(
      await stage.invoke(endpoint, 'setMtu', { mtu: 'big' }),
      40001,
      'MARSHALL_ERROR',
      "'mtu' parameter should be a integer",
    );
    expectError(await stage.invoke('x', 'getName'), 40101, 'MEDIA_OBJECT_NOT_FOUND', "Object 'x' not found");
  });

  it('knows parents, children and tags', async () => {
    const { pipeline, endpoint } = await stage.pipelineWithEndpoint();
    expect(await stage.client.invoke(pipeline, 'getChildren')).to.deep.equal([endpoint]);
    expect(await stage.client.invoke(endpoint, 'getChildren')).to.deep.equal([]);
    expect(await stage.client.invoke(endpoint, 'getParent')).to.equal(pipeline);
    expect(await stage.client.invoke(pipeline, 'getParent')).to.equal(null);
    expect(await stage.client.invoke(endpoint, 'getMediaPipeline')).to.equal(pipeline);
    expect(await stage.client.invoke(pipeline, 'getMediaPipeline')).to.equal(pipeline);
    expectError(
      await stage.invoke(endpoint, 'getTag', { key: 'user' }),
      40110,
      'MEDIA_OBJECT_TAG_KEY_NOT_FOUND',
      'Tag key not found',
    );
    await stage.client.invoke(endpoint, 'addTag', { key: 'user', value: 'bob' });
    expect(await stage.client.invoke(endpoint, 'getTags')).to.deep.equal([
      { __module__: 'kurento', __type__: 'Tag', key: 'user', value: 'bob' },
    ]);
  });

  it('connects elements, one source for each type of media', async () => {
    const { pipeline, endpoint: source } = await stage.pipelineWithEndpoint();
    const other = await stage.client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    const sink = await stage.client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    for (const one of [source, other]) await stage.client.subscribe(one, 'ElementConnected', 'ElementDisconnected');
    await stage.client.invoke(source, 'connect', { sink });
    const connections = (await stage.client.invoke(sink, 'getSourceConnections')) as { type: string; source: string }[];
    expect(connections.map((one) => [one.type, one.source])).to.deep.equal(
      ['AUDIO', 'DATA', 'VIDEO'].map((type) => [type, source]),
    );
    expect(connections[0]).to.include({ __type__: 'ElementConnectionData', sink, sinkDescription: 'default' });
    stage.client.events.length = 0;
    await stage.client.invoke(other, 'connect', { sink, mediaType: 'VIDEO' });
    expect(
      stage.client.events.map(({ type, object, data }) => [type, object, data.mediaType, data.sink]),
    ).to.deep.equal([
      ['ElementDisconnected', source, 'VIDEO', sink],
      ['ElementConnected', other, 'VIDEO', sink],
    ]);
    expect(await stage.client.invoke(source, 'getSinkConnections', { mediaType: 'VIDEO' })).to.deep.equal([]);
    await stage.client.invoke(source, 'disconnect', { sink });
    await stage.client.invoke(source, 'disconnect', { sink });
    expect(await stage.client.invoke(source, 'getSinkConnections')).to.deep.equal([]);
  });

  it('refuses to connect across pipelines, with what is no element and with unknown kinds of media', async () => {
    const one = await stage.pipelineWithEndpoint();
    const two = await stage.pipelineWithEndpoint();
    expectError(
      await stage.invoke(one.endpoint, 'connect', { sink: two.endpoint }),
      40004,
      'CONNECT_ERROR',
      'Media elements do not share pipeline',
    );
    expectError(
      await stage.invoke(one.endpoint, 'connect', { sink: one.pipeline }),
      40107,
      'MEDIA_OBJECT_ILLEGAL_PARAM_ERROR',
    );
    expectError(
      await stage.invoke(one.endpoint, 'connect', { sink: one.endpoint, mediaType: 'SMELL' }),
      40001,
      'MARSHALL_ERROR',
    );
  });

  it('tells a source that its sink was released, and a sink nothing', async () => {
    const { pipeline, endpoint: source } = await stage.pipelineWithEndpoint();
    const sink = await stage.client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    await stage.client.subscribe(source, 'ElementDisconnected');
    await stage.client.invoke(source, 'connect', { sink });
    await stage.client.value('release', { object: sink });
    await stage.client.until(() => stage.client.events.length === 3);
    expect(stage.client.events.map(({ data }) => data.sink)).to.deep.equal([sink, sink, sink]);
  });

  it('keeps the settings of an endpoint, with the defaults of a Kurento Media Server', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
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
      expect(await stage.client.invoke(endpoint, `get${name}`), name).to.equal(value);
    }
    await stage.client.invoke(endpoint, 'setMaxVideoRecvBandwidth', { maxVideoRecvBandwidth: -4 });
    expect(await stage.client.invoke(endpoint, 'getMaxVideoRecvBandwidth')).to.equal(-4);
    const params = { __module__: 'kurento', __type__: 'RembParams' };
    expect(await stage.client.invoke(endpoint, 'getRembParams')).to.deep.equal(params);
    await stage.client.invoke(endpoint, 'setRembParams', { rembParams: { ...params, rembOnConnect: 500 } });
    expect(await stage.client.invoke(endpoint, 'getRembParams')).to.include({
      ...params,
      rembOnConnect: 500,
      upLosses: 12,
    });
    expectError(
      await stage.invoke(endpoint, 'setMediaState', { mediaState: 'CONNECTED' }),
      40008,
      'MALFORMED_TRANSACTION',
    );
  });

  it('converts numbers and booleans to each other and to text, and text to nothing else', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    for (const [property, given, kept] of [
      ['name', 1.5, '1.5'],
      ['name', true, 'true'],
      ['mtu', 1300.9, 1300],
      ['mtu', true, 1],
      ['sendTagsInEvents', 1, true],
      ['sendTagsInEvents', 0, false],
    ] as const) {
      const suffix = `${property.charAt(0).toUpperCase()}${property.slice(1)}`;
      await stage.client.invoke(endpoint, `set${suffix}`, { [property]: given });
      expect(await stage.client.invoke(endpoint, `get${suffix}`), `${property} ${String(given)}`).to.equal(kept);
    }
    for (const [setter, params] of [
      ['setMtu', { mtu: '1300' }],
      ['setMtu', { mtu: 2 ** 31 }],
      ['setSendTagsInEvents', { sendTagsInEvents: 'true' }],
    ] as const) {
      expectError(await stage.invoke(endpoint, setter, params), 40001, 'MARSHALL_ERROR');
    }
  });

  it('keeps the port of the STUN server when the new one is none', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    for (const stunServerPort of [70_000, 0, -1]) {
      await stage.client.invoke(endpoint, 'setStunServerPort', { stunServerPort });
      expect(await stage.client.invoke(endpoint, 'getStunServerPort')).to.equal(3478);
    }
    await stage.client.invoke(endpoint, 'setStunServerPort', { stunServerPort: 5349 });
    expect(await stage.client.invoke(endpoint, 'getStunServerPort')).to.equal(5349);
  });

  it('answers null when a tag that is not there is removed', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    expect(await stage.client.invoke(endpoint, 'removeTag', { key: 'nobody' })).to.equal(null);
  });

  it('has nothing to tell of an endpoint that has not negotiated', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    expect(await stage.client.invoke(endpoint, 'getStats')).to.deep.equal({});
    expect(await stage.client.invoke(endpoint, 'getIceConnectionState')).to.deep.equal([]);
    expect(await stage.client.invoke(endpoint, 'getDtlsConnectionState')).to.deep.equal([]);
    expect(await stage.client.invoke(endpoint, 'getICECandidatePairs')).to.deep.equal([]);
  });

  it('says what is wrong in its own words', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    const answers = [
      await stage.invoke(endpoint, 'setRembParams', { rembParams: 'many' }),
      await stage.invoke(endpoint, 'setRembParams', { rembParams: { upLosses: 'many' } }),
      await stage.invoke(endpoint, 'generateOffer', { options: 7 }),
      await stage.invoke(endpoint, 'addIceCandidate', { candidate: 7 }),
      await stage.client.request('invoke', { object: endpoint, operation: 'setName', operationParams: 'ann' }),
      await stage.client.request('transaction', { operations: 7 }),
      await stage.client.request('closeSession', { sessionId: 'x', release: 'no' }),
    ];
    for (const { error } of answers) expect(error?.message).to.match(/should be an? |has an unexpected type$/);
  });
});
