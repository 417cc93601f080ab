import { expect } from 'chai';
import type { Answer } from '../../../../tools/kurento-socket.js';
import { endpointLimit, expectError, ProtocolStage, uuid } from './protocol-stage.js';

describe('the Kurento protocol of the embedded engine, creating and releasing (§3.3 to §3.8)', () => {
  const stage = new ProtocolStage();

  it('names objects by uuid and type, children below their parent', async () => {
    const { pipeline, endpoint } = await stage.pipelineWithEndpoint();
    expect(pipeline).to.match(new RegExp(`^${uuid}_kurento.MediaPipeline$`));
    expect(endpoint).to.match(new RegExp(`^${pipeline}/${uuid}_kurento.WebRtcEndpoint$`));
  });

  it('takes types with and without their module', async () => {
    expect(await stage.client.create('kurento.MediaPipeline')).to.match(/_kurento.MediaPipeline$/);
  });

  it('refuses what cannot be created as a Kurento Media Server does', async () => {
    const create = (type: unknown, constructorParams?: Record<string, unknown>): Promise<Answer> =>
      stage.client.request('create', { type, constructorParams });
    const { pipeline, endpoint } = await stage.pipelineWithEndpoint();
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
    expectError(await create('WebRtcEndpoint', { mediaPipeline: endpoint }), 40107, 'MEDIA_OBJECT_ILLEGAL_PARAM_ERROR');
    const odd = { mediaPipeline: pipeline, useDataChannels: 'yes' };
    expectError(
      await create('WebRtcEndpoint', odd),
      40001,
      'MARSHALL_ERROR',
      "'useDataChannels' parameter should be a boolean",
    );
    const key = { mediaPipeline: pipeline, certificateKeyType: 'DSA' };
    expectError(await create('WebRtcEndpoint', key), 40001, 'MARSHALL_ERROR', "Invalid value for 'CertificateKeyType'");
  });

  it('refuses endpoints beyond its capacity, and has room again after a release', async () => {
    const { pipeline, endpoint } = await stage.pipelineWithEndpoint();
    for (let count = 1; count < endpointLimit; count++)
      await stage.client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    const params = { type: 'WebRtcEndpoint', constructorParams: { mediaPipeline: pipeline } };
    expectError(await stage.client.request('create', params), 40009, 'NOT_ENOUGH_RESOURCES');
    expect(((await stage.client.invoke(pipeline, 'getChildren')) as string[]).length).to.equal(endpointLimit);
    await stage.client.value('release', { object: endpoint });
    await stage.client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
  });

  it('takes the copy of an object that the stock client sends in the place of its id', async () => {
    const { pipeline } = await stage.pipelineWithEndpoint();
    const copy = { _events: {}, _eventsCount: 3, id: pipeline };
    const endpoint = await stage.client.create('WebRtcEndpoint', { mediaPipeline: copy });
    expect(await stage.client.invoke(endpoint, 'getParent')).to.equal(pipeline);
  });

  it('describes objects', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    const answer = await stage.client.request('describe', { object: endpoint });
    expect(answer.result).to.deep.include({
      type: 'WebRtcEndpoint',
      qualifiedType: 'kurento.WebRtcEndpoint',
      hierarchy: ['BaseRtpEndpoint', 'SdpEndpoint', 'SessionEndpoint', 'Endpoint', 'MediaElement', 'MediaObject'].map(
        (name) => `kurento.${name}`,
      ),
    });
    expectError(await stage.client.request('describe', { object: 'x' }), 40101, 'MEDIA_OBJECT_NOT_FOUND');
    expectError(
      await stage.client.request('describe', { object: 'newref:0' }),
      40109,
      'MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT',
    );
  });

  it('releases an object with all below it, children first, and forgets it', async () => {
    const { pipeline, endpoint } = await stage.pipelineWithEndpoint();
    await stage.client.subscribe('manager_ServerManager', 'ObjectDestroyed');
    const answer = await stage.client.request('release', { object: pipeline });
    expect(answer.result).to.have.all.keys('sessionId');
    await stage.client.until(() => stage.client.events.length === 2);
    expect(stage.client.events.map(({ data }) => data.objectId)).to.deep.equal([endpoint, pipeline]);
    expect(stage.client.events[0]?.data).to.not.have.property('type');
    expectError(await stage.invoke(endpoint, 'getName'), 40101, 'MEDIA_OBJECT_NOT_FOUND');
  });

  it('does not mind the release of what is not there', async () => {
    for (const object of ['x', 'manager_ServerManager']) {
      expect((await stage.client.request('release', { object })).error).to.equal(undefined);
    }
    expect(await stage.client.invoke('manager_ServerManager', 'getName')).to.equal('manager_ServerManager');
  });

  it('checks the priority of packets, which has no effect', async () => {
    const mediaPipeline = await stage.client.create('MediaPipeline');
    await stage.client.create('WebRtcEndpoint', { mediaPipeline, qosDscp: 'VIDEO_HIGH' });
    expectError(
      await stage.client.request('create', {
        type: 'WebRtcEndpoint',
        constructorParams: { mediaPipeline, qosDscp: 'URGENT' },
      }),
      40001,
      'MARSHALL_ERROR',
      "Invalid value for 'DSCPValue'",
    );
  });
});
