import { expect } from 'chai';
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
