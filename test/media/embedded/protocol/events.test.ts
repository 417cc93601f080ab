import { expect } from 'chai';
import { WebRtcEndpoint } from '../../../../media/embedded/objects/webrtc-endpoint.js';
import { browserOffer } from '../offers.js';
import { expectError, ProtocolStage } from './protocol-stage.js';

describe('the Kurento protocol of the embedded engine, telling events (§3.7)', () => {
  const stage = new ProtocolStage();

  it('refuses events the class does not have', async () => {
    const { pipeline } = await stage.pipelineWithEndpoint();
    const answer = await stage.client.request('subscribe', { object: pipeline, type: 'Nope' });
    expectError(answer, 40106, 'MEDIA_OBJECT_EVENT_NOT_SUPPORTED', "Event 'Nope' not supported");
  });

  it('tells a session once, however often it subscribed, until the last subscription goes', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    const [one, two] = await Promise.all(
      [1, 2].map(() => stage.client.value('subscribe', { object: endpoint, type: 'ElementConnected' })),
    );
    expect(one).to.not.equal(two);
    await stage.client.invoke(endpoint, 'connect', { sink: endpoint, mediaType: 'AUDIO' });
    expect(stage.client.events.length).to.equal(1);
    await stage.client.request('unsubscribe', { object: endpoint, subscription: one });
    await stage.client.invoke(endpoint, 'connect', { sink: endpoint, mediaType: 'VIDEO' });
    expect(stage.client.events.length).to.equal(2);
    await stage.client.request('unsubscribe', { object: endpoint, subscription: two });
    await stage.client.invoke(endpoint, 'connect', { sink: endpoint, mediaType: 'DATA' });
    expect(stage.client.events.length).to.equal(2);
  });

  it('does not mind the end of an unknown subscription, only of none', async () => {
    expect((await stage.client.request('unsubscribe', { object: 'x', subscription: 'x' })).error).to.equal(undefined);
    expectError(
      await stage.client.request('unsubscribe', { object: 'x' }),
      -32000,
      undefined,
      "'subscription' parameter is required",
    );
  });

  it('has the fields of a Kurento Media Server, tags when they are wanted', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    await stage.client.invoke(endpoint, 'addTag', { key: 'user', value: 'bob' });
    await stage.client.invoke(endpoint, 'setSendTagsInEvents', { sendTagsInEvents: true });
    await stage.client.subscribe(endpoint, 'ElementConnected');
    await stage.client.invoke(endpoint, 'connect', { sink: endpoint, mediaType: 'AUDIO' });
    const event = await stage.client.event('ElementConnected');
    expect(event.data).to.deep.include({
      source: endpoint,
      type: 'ElementConnected',
      mediaType: 'AUDIO',
      tags: [{ __module__: 'kurento', __type__: 'Tag', key: 'user', value: 'bob' }],
    });
    expect(event.data.timestampMillis).to.match(/^\d{13}$/);
  });

  it('answers `record` of a path that cannot be written, and tells two errors after that', async () => {
    const { pipeline: mediaPipeline, endpoint } = await stage.pipelineWithEndpoint();
    const recorder = await stage.client.create('RecorderEndpoint', { mediaPipeline, uri: 'no-such-directory/x.webm' });
    await stage.client.subscribe(recorder, 'Error');
    await stage.client.subscribe(mediaPipeline, 'Error');
    await stage.client.invoke(endpoint, 'connect', { sink: recorder });
    expect(await stage.client.invoke(recorder, 'record')).to.equal(null);
    await stage.client.until(() => stage.client.events.length === 2);
    for (const { object, type, data } of stage.client.events) {
      expect([object, type, data.type, data.errorCode]).to.deep.equal([
        recorder,
        'Error',
        'RESOURCE_ERROR_OPEN_WRITE',
        6,
      ]);
      expect(data).to.include({ source: recorder });
      expect(data.timestampMillis).to.match(/^\d{13}$/);
    }
    expect(stage.server.warnings.splice(0)).to.have.lengthOf(1);
  });

  it('tells a defect of an endpoint once, with nothing of the inside, and no other endpoint suffers', async () => {
    const { pipeline: mediaPipeline, endpoint } = await stage.pipelineWithEndpoint();
    const other = await stage.client.create('WebRtcEndpoint', { mediaPipeline });
    for (const one of [endpoint, other, mediaPipeline]) await stage.client.subscribe(one, 'Error');
    for (const one of [endpoint, other]) {
      await stage.client.invoke(one, 'processOffer', { offer: browserOffer({ direction: 'sendonly' }) });
    }
    const object = stage.server.media.find(endpoint);
    if (!(object instanceof WebRtcEndpoint)) throw new Error('no endpoint');
    const heard = stage.server.transports.all[0]?.listener;
    // An endpoint that nothing has reached yet has nothing to do on the beat.
    heard?.rtcp(Buffer.alloc(0));
    // On the beat, and in a callback of the transport, each of which has nobody to answer to.
    Object.assign(object.flowsIn.audio, {
      tick: () => {
        throw new TypeError('a defect');
      },
    });
    stage.server.pulse.beat();
    stage.server.pulse.beat();
    heard?.failed(new TypeError('another'));
    await stage.client.event('Error', endpoint);
    await stage.client.invoke(other, 'getName');
    expect(stage.client.events.map(({ object: of, data }) => [of, data.type, data.errorCode])).to.deep.equal([
      [endpoint, 'STREAM_ERROR_FAILED', 1],
    ]);
    expect(JSON.stringify(stage.client.events)).not.to.include('a defect');
    expect(stage.server.errors.splice(0).join()).to.include('a defect').and.include(endpoint);
  });

  it('tells which pair of candidates was selected', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    await stage.client.subscribe(endpoint, 'NewCandidatePairSelected');
    await stage.client.invoke(endpoint, 'processOffer', { offer: browserOffer({ direction: 'sendonly' }) });
    const [transport] = stage.server.transports.all;
    if (!transport) throw new Error('no transport');
    const [local, remote] = ['candidate:1 1 UDP 1 192.0.2.1 9 typ host', 'candidate:2 1 UDP 1 192.0.2.2 9 typ host'];
    transport.pair = { local, remote };
    transport.become('reachable');
    const { data } = await stage.client.event('NewCandidatePairSelected', endpoint);
    expect(data.candidatePair).to.include({ streamId: '1', localCandidate: local, remoteCandidate: remote });
  });

  it('tells another session its own copy', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    const other = await stage.connect();
    await other.subscribe(endpoint, 'ElementConnected');
    await stage.client.subscribe(endpoint, 'ElementConnected');
    await stage.client.invoke(endpoint, 'connect', { sink: endpoint, mediaType: 'AUDIO' });
    await other.event('ElementConnected', endpoint);
    await stage.client.event('ElementConnected', endpoint);
  });
});
