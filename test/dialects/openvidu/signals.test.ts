import { expect } from 'chai';
import { useServer } from '../../support/server.js';
import { BackEnd, Page, withOpenvidu } from './stage.js';

describe('OpenVidu §6 signals, properties, moderation', () => {
  const server = useServer(withOpenvidu);
  const backEnd = new BackEnd(server);
  const pages: Page[] = [];

  async function join(session: string, body: object = {}): Promise<Page> {
    const page = await Page.joining(server().url, session, backEnd.connection(session, body));
    pages.push(page);
    return page;
  }

  /** That many pages in a new session, who have been told of each other. */
  async function joinAll(session: string, ...bodies: object[]): Promise<Page[]> {
    await backEnd.session(session);
    const all: Page[] = [];
    for (const body of bodies) all.push(await join(session, body));
    for (const page of all) await page.told();
    return all;
  }

  afterEach(() => {
    for (const page of pages.splice(0)) page.cut();
  });

  it('§6.1 a signal to all comes back to its sender too, after the answer, and holds what came', async () => {
    const [ana, berta] = await joinAll('all', {}, { role: 'SUBSCRIBER' });
    if (!ana || !berta) throw new Error('nobody');
    expect((await berta.signal({ to: [], data: 'Hello', type: 'signal:greeting' })).result).to.have.all.keys(
      'sessionId',
    );
    const signal = { method: 'sendMessage', params: { data: 'Hello', type: 'signal:greeting', from: berta.id } };
    expect(await ana.told()).to.deep.equal([signal]);
    expect(await berta.told()).to.deep.equal([signal]);
    await ana.signal({});
    expect(await berta.told()).to.deep.equal([{ method: 'sendMessage', params: { from: ana.id } }]);
  });

  it('§6.1 a signal to some reaches each of them once; with a name that is unknown it reaches nobody', async () => {
    const [ana, berta, clara] = await joinAll('some', {}, {}, {});
    if (!ana || !berta || !clara) throw new Error('nobody');
    await ana.signal({ to: [berta.id, berta.id], data: 'psst', type: 'signal:x' });
    expect(await berta.told()).to.have.lengthOf(1);
    expect(await clara.told()).to.deep.equal([]);
    const pending = backEnd.connection('some');
    for (const unknown of ['con_Nobody0000', pending.id, '__proto__']) {
      expect((await ana.signal({ to: [berta.id, unknown], data: 'x' })).error?.code, unknown).to.equal(601);
    }
    expect(await berta.told()).to.deep.equal([]);
    for (const message of ['no JSON', '[]', '5', 'null', '{"data":5}', '{"type":{}}', '{"to":"all"}']) {
      expect(await ana.rpc.refusal('sendMessage', { message }), message).to.equal(600);
    }
    expect(await ana.rpc.refusal('sendMessage', {})).to.equal(-32_602);
  });

  it('§6.2 properties are told to the others as JSON in text, and newcomers see them', async () => {
    const [ana, berta] = await joinAll('properties', {}, {});
    if (!ana || !berta) throw new Error('nobody');
    const { id: streamId } = await ana.publish();
    await berta.told();
    const change = async (property: string, newValue: unknown, reason: string) =>
      ana.rpc.call('streamPropertyChanged', { streamId, property, newValue, reason });
    const dimensions = '{"width":320,"height":240}';
    await change('audioActive', false, 'publishAudio');
    await change('videoActive', false, 'publishVideo');
    await change('videoDimensions', dimensions, 'deviceRotated');
    await change('videoTrack', { label: 'another' }, 'trackReplaced');
    const told = await berta.told();
    expect(told.map(({ method, params }) => [method, params.property, params.newValue, params.reason])).to.deep.equal([
      ['streamPropertyChanged', 'audioActive', 'false', 'publishAudio'],
      ['streamPropertyChanged', 'videoActive', 'false', 'publishVideo'],
      ['streamPropertyChanged', 'videoDimensions', JSON.stringify(dimensions), 'deviceRotated'],
      ['streamPropertyChanged', 'videoTrack', '{"label":"another"}', 'trackReplaced'],
    ]);
    expect(told[0]?.params).to.include({ connectionId: ana.id, streamId });
    expect(await ana.told()).to.deep.equal([]);
    const clara = await join('properties');
    const [
      {
        streams: [stream],
      },
    ] = clara.joined.value as [{ streams: [Record<string, unknown>] }];
    expect(stream).to.include({ audioActive: false, videoActive: false, videoDimensions: dimensions });
  });

  it('§6.2 other properties and values of another kind are 999, and without a stream it is 105', async () => {
    const [ana, berta] = await joinAll('strange', {}, {});
    if (!ana || !berta) throw new Error('nobody');
    const refusal = async (property: string, newValue: unknown) =>
      ana.rpc.refusal('streamPropertyChanged', { streamId: 'x', property, newValue, reason: 'r' });
    expect(await refusal('audioActive', true)).to.equal(105);
    await ana.publish();
    await berta.told();
    for (const [property, value] of [
      ['audioActive', 'true'],
      ['videoDimensions', '640x480'],
      ['videoDimensions', { width: 1, height: 2 }],
      ['audioTrack', 'label'],
      ['filter', {}],
      ['constructor', {}],
    ] as const) {
      expect(await refusal(property, value), property).to.equal(999);
    }
    expect(await berta.told()).to.deep.equal([]);
  });

  it('§6.3 a moderator removes somebody: the others are told who left, the removed one at last, and nothing after', async () => {
    const [mod, ana, berta] = await joinAll('evict', { role: 'MODERATOR' }, {}, {});
    if (!mod || !ana || !berta) throw new Error('nobody');
    await ana.publish();
    await berta.told();
    await mod.told();
    const refused = await ana.rpc.call('forceDisconnect', { connectionId: berta.id });
    expect(refused.error).to.deep.equal({
      code: 401,
      message: 'Unable to force disconnect. The user does not have a valid token',
    });
    const unknown = await mod.rpc.call('forceDisconnect', { connectionId: 'con_Nobody0000' });
    expect(unknown.error).to.deep.equal({
      code: 102,
      message: "Connection not found when calling 'forceDisconnect'",
    });
    await mod.rpc.request('forceDisconnect', { connectionId: ana.id });
    const left = { method: 'participantLeft', params: { connectionId: ana.id, reason: 'forceDisconnectByUser' } };
    expect(await mod.told()).to.deep.equal([left]);
    expect(await berta.told()).to.deep.equal([left]);
    expect(await ana.told()).to.deep.equal([
      { method: 'participantEvicted', params: { connectionId: ana.id, reason: 'forceDisconnectByUser' } },
    ]);
    expect(await ana.rpc.refusal('sendMessage', { message: '{}' })).to.equal(103);
    expect(await ana.rpc.refusal('connect', { sessionId: ana.joined.sessionId, reconnect: true })).to.equal(40_007);
  });

  it('§6.3 a moderator ends a stream: everybody is told, the publisher too, who may publish again', async () => {
    const [mod, ana, berta] = await joinAll('unpublish', { role: 'MODERATOR' }, {}, {});
    if (!mod || !ana || !berta) throw new Error('nobody');
    const { id: streamId } = await ana.publish();
    await mod.told();
    await berta.told();
    const refused = await berta.rpc.call('forceUnpublish', { streamId });
    expect(refused.error).to.deep.equal({
      code: 401,
      message: 'Unable to force unpublish. The user does not have a valid token',
    });
    expect(await mod.rpc.refusal('forceUnpublish', { streamId: `str_CAM_Zzzz_${ana.id}` })).to.equal(105);
    await mod.rpc.request('forceUnpublish', { streamId });
    const ended = {
      method: 'participantUnpublished',
      params: { connectionId: ana.id, reason: 'forceUnpublishByUser' },
    };
    for (const page of [mod, ana, berta]) expect(await page.told()).to.deep.equal([ended]);
    expect((await ana.publish()).id).to.not.equal(streamId);
  });

  it('§18 a role that is changed meanwhile counts from the next request on', async () => {
    const [ana, berta] = await joinAll('roles', {}, {});
    if (!ana || !berta) throw new Error('nobody');
    const connection = backEnd.model.find('roles')?.connection(ana.id);
    connection?.change({ role: 'MODERATOR' });
    await ana.rpc.request('forceDisconnect', { connectionId: berta.id });
    expect((await berta.told()).map(({ method }) => method)).to.deep.equal(['participantEvicted']);
    connection?.change({ role: 'SUBSCRIBER' });
    expect(await ana.rpc.refusal('publishVideo', { sdpOffer: 'v=0', hasAudio: true, hasVideo: true })).to.equal(401);
  });

  it('§6.4 filters: permission first, then that there is none', async () => {
    const allowed = { kurentoOptions: { allowedFilters: ['GStreamerFilter'] } };
    const [mod, ana, berta] = await joinAll('filters', { role: 'MODERATOR' }, allowed, {});
    if (!mod || !ana || !berta) throw new Error('nobody');
    const { id: streamId } = await ana.publish();
    const apply = { streamId, type: 'GStreamerFilter', options: '{}' };
    expect(await berta.rpc.refusal('applyFilter', apply)).to.equal(401);
    expect(await berta.rpc.refusal('removeFilter', { streamId })).to.equal(401);
    expect(await ana.rpc.refusal('applyFilter', { ...apply, type: 'ZBarFilter' })).to.equal(401);
    for (const page of [ana, mod]) {
      const { error } = await page.rpc.call('applyFilter', apply);
      expect(error?.code).to.equal(406);
      expect(error?.message).to.include('GStreamerFilter');
      expect(await page.rpc.refusal('removeFilter', { streamId })).to.equal(406);
      expect(await page.rpc.refusal('execFilterMethod', { streamId, method: 'm', params: '{}' })).to.equal(406);
      expect(await page.rpc.refusal('addFilterEventListener', { streamId, eventType: 'e' })).to.equal(406);
      expect(await page.rpc.refusal('removeFilterEventListener', { streamId, eventType: 'e' })).to.equal(406);
    }
    expect(await mod.rpc.refusal('applyFilter', { ...apply, streamId: 'str_CAM_Aaaa_con_Nobody0000' })).to.equal(102);
  });

  it('§10.4 a session that the back end closes is told to every member as an eviction', async () => {
    const all = await joinAll('closed', {}, {});
    backEnd.model.close('closed');
    for (const page of all) {
      expect(await page.told()).to.deep.equal([
        { method: 'participantEvicted', params: { connectionId: page.id, reason: 'sessionClosedByServer' } },
      ]);
    }
    expect(backEnd.model.find('closed')).to.equal(undefined);
  });

  it('§1 a session ends with its last member, and its id is free again', async () => {
    const [ana] = await joinAll('last', {});
    await ana?.rpc.request('leaveRoom');
    expect(backEnd.model.find('last')).to.equal(undefined);
    await backEnd.session('last');
    expect((await join('last')).joined.value).to.deep.equal([]);
  });
});
