import { expect } from 'chai';
import type { RpcClient } from '../../support/rpc-client.js';
import { OpenViduStage, joinParams, publishParams, sdpOffer } from './door-stage.js';

/** On media in memory with filters, as a Kurento media server has them. What a KMS is asked for is in test/media/kurento. */
describe('OpenVidu §6.4 filters', () => {
  const sepia = { type: 'GStreamerFilter', options: '{"command":"coloreffects preset=sepia"}' };
  const allowed = { kurentoOptions: { allowedFilters: ['GStreamerFilter', 'FaceOverlayFilter'] } };
  const hat = { uri: 'https://images.example/hat.png', widthPercent: '1.5F', heightPercent: 1 };
  const place = { offsetXPercent: '-0.1F', offsetYPercent: '-0.8F' };
  let stage: OpenViduStage;

  beforeEach(async () => {
    stage = new OpenViduStage({ appUrl: 'http://server.example', openvidu: { filterImageHosts: ['images.example'] } });
    await stage.start();
    stage.media.hasFilters = true;
  });

  afterEach(async () => {
    await stage.empty();
    await stage.stop();
  });

  /** The filters of the media server. */
  const there = (): unknown[] => [...stage.media.filters].map(({ settings }) => settings);

  /** What the newest member is shown of the one stream in the session. */
  async function shownToNewcomer(): Promise<unknown> {
    const token = await stage.token('s');
    const newcomer = await stage.connect();
    const { value } = await newcomer.request('joinRoom', joinParams('s', token));
    await newcomer.request('leaveRoom');
    return (value as { streams?: { filter: unknown }[] }[]).flatMap(({ streams = [] }) => streams)[0]?.filter;
  }

  /** The filter in the view of back ends. */
  async function shownOverRest(connection: string): Promise<unknown> {
    const { body } = await stage.rest('GET', `sessions/s/connection/${connection}`);
    const { publishers } = body as { publishers: { mediaOptions: { filter: unknown } }[] };
    return publishers[0]?.mediaOptions.filter;
  }

  async function call(ofAna: object = allowed) {
    const ana = await stage.member('s', 'Ana', ofAna);
    const berta = await stage.member('s', 'Berta', allowed);
    const mod = await stage.member('s', 'Mod', { role: 'MODERATOR' });
    const { id } = await ana.request('publishVideo', publishParams);
    await berta.request('receiveVideoFrom', { sender: id, sdpOffer });
    const streamId = String(id);
    const told = (client: RpcClient) => client.notified('streamPropertyChanged');
    const change = { connectionId: ana.connectionId, streamId, property: 'filter' };
    return { ana, berta, mod, streamId, told, change };
  }

  it('one is applied, told as an object to all others, shown to newcomers and back ends, and taken away', async () => {
    const { ana, berta, mod, streamId, told, change } = await call();
    expect(await ana.request('applyFilter', { streamId, ...sepia })).to.have.all.keys('sessionId');
    const command = 'coloreffects preset=sepia';
    expect(there()).to.deep.equal([{ type: 'gstreamer', command, properties: {} }]);
    const [filter] = stage.media.filters;
    expect([...(filter?.sinks ?? [])], 'a page that receives the stream gets it from the filter').to.have.lengthOf(1);
    const shown = { type: 'GStreamerFilter', options: { command } };
    for (const other of [berta, mod]) {
      expect(await told(other)).to.deep.equal({ ...change, newValue: shown, reason: 'applyFilter' });
    }
    expect(await shownToNewcomer()).to.deep.equal(shown);
    expect(await shownOverRest(ana.connectionId)).to.deep.equal(shown);

    expect(await ana.refusal('applyFilter', { streamId, ...sepia })).to.equal(405);
    expect(await mod.refusal('applyFilter', { streamId, type: 'FaceOverlayFilter', options: '{}' })).to.equal(405);

    await mod.request('removeFilter', { streamId });
    expect(await told(ana), 'its publisher is one of the others').to.deep.equal({
      ...{ ...change, newValue: {}, reason: 'removeFilter' },
    });
    expect(there()).to.deep.equal([]);
    expect(await shownToNewcomer()).to.deep.equal({});
    expect(await mod.refusal('removeFilter', { streamId })).to.equal(406);
    await ana.settle();
    expect(ana.notifications.filter(({ method }) => method === 'streamPropertyChanged')).to.deep.equal([]);
  });

  it('a property of the element is set while media passes on', async () => {
    const { ana, berta, streamId, told, change } = await call();
    const options = { command: 'videobalance' };
    await ana.request('applyFilter', { streamId, type: 'GStreamerFilter', options: JSON.stringify(options) });
    const [filter] = stage.media.filters;
    await told(berta);
    const params = { propertyName: 'saturation', propertyValue: 0.5 };
    const exec = (given: object) =>
      ana.call('execFilterMethod', { streamId, method: 'setElementProperty', params: JSON.stringify(given) });
    await exec(params);
    expect(await told(berta)).to.deep.equal({
      ...change,
      newValue: { type: 'GStreamerFilter', options, lastExecMethod: { method: 'setElementProperty', params } },
      reason: 'execFilterMethod',
    });
    await exec({ propertyName: 'hue', propertyValue: '-1' });
    const properties = { saturation: '0.5', hue: '-1' };
    expect(there()).to.deep.equal([{ type: 'gstreamer', command: 'videobalance', properties }]);
    expect([...stage.media.filters], 'the same element').to.deep.equal([filter]);
    stage.media.failNext('changeFilter');
    expect((await exec({ propertyName: 'hue', propertyValue: 'blue' })).error?.code).to.equal(406);
    expect(there()).to.deep.equal([{ type: 'gstreamer', command: 'videobalance', properties }]);
  });

  it('a face overlay gets its image by a method, from hosts that are named, and loses it again', async () => {
    const { ana, streamId } = await call();
    await ana.request('applyFilter', { streamId, type: 'FaceOverlayFilter', options: {} });
    expect(there()).to.deep.equal([{ type: 'face-overlay' }]);
    const set = (params: object) =>
      ana.call('execFilterMethod', { streamId, method: 'setOverlayedImage', params: JSON.stringify(params) });
    for (const uri of [
      'http://169.254.169.254/latest',
      'file:///etc/passwd',
      'hat.png',
      'https://images.example.evil/',
    ]) {
      expect((await set({ ...hat, ...place, uri })).error?.code, uri).to.equal(406);
    }
    expect((await set(hat)).error?.code, 'without a place').to.equal(406);
    expect((await set({ ...hat, ...place })).result).to.have.all.keys('sessionId');
    const placement = { offsetX: -0.1, offsetY: -0.8, width: 1.5, height: 1 };
    expect(there()).to.deep.equal([{ type: 'face-overlay', imageUrl: hat.uri, placement }]);
    await ana.request('execFilterMethod', { streamId, method: 'unsetOverlayedImage', params: '{}' });
    expect(there()).to.deep.equal([{ type: 'face-overlay' }]);
    const own = 'http://server.example/img/hat.png';
    expect((await set({ ...hat, ...place, uri: own })).error, 'images of the server itself').to.equal(undefined);
  });

  it('what cannot be done is refused, and nothing changes', async () => {
    const { ana, berta, mod, streamId } = await call();
    const apply = async (client: RpcClient, params: object) => client.refusal('applyFilter', { streamId, ...params });
    for (const options of ['{}', '[]', 'no JSON', '{"command":5}', '{"command":" "}', undefined]) {
      expect(await apply(ana, { ...sepia, options }), String(options)).to.equal(406);
    }
    expect(await apply(mod, { type: 'ZBarFilter', options: '{}' })).to.equal(406);
    for (const step of ['createFilter', 'connect'] as const) {
      stage.media.failNext(step);
      const { error } = await ana.call('applyFilter', { streamId, ...sepia });
      expect(error?.code, step).to.equal(406);
      expect(error?.message).to.include('GStreamerFilter');
    }
    expect(await ana.refusal('execFilterMethod', { streamId, method: 'setElementProperty', params: '{}' })).to.equal(
      406,
    );
    await ana.request('applyFilter', { streamId, type: 'FaceOverlayFilter', options: '{}' });
    for (const method of ['setElementProperty', 'constructor', '']) {
      expect(await ana.refusal('execFilterMethod', { streamId, method, params: '{}' }), method).to.equal(406);
    }
    expect(there()).to.deep.equal([{ type: 'face-overlay' }]);
    await ana.request('unpublishVideo');
    expect(there(), 'it ends with the stream').to.deep.equal([]);
    expect(await mod.refusal('removeFilter', { streamId })).to.equal(102);
    const { id } = await ana.request('publishVideo', { ...publishParams, hasVideo: false });
    expect(await ana.refusal('applyFilter', { streamId: id, ...sepia }), 'no picture').to.equal(406);
    await berta.settle();
  });

  it('a command needs the word of the back end, whatever the role', async () => {
    const { ana, berta, mod, streamId } = await call({});
    expect(await ana.refusal('applyFilter', { streamId, ...sepia })).to.equal(401);
    expect(await berta.refusal('applyFilter', { streamId, ...sepia }), 'not its own').to.equal(401);
    expect(await mod.refusal('applyFilter', { streamId, ...sepia }), 'neither may').to.equal(401);
    await mod.request('applyFilter', { streamId, type: 'FaceOverlayFilter', options: '{}' });
    await mod.request('removeFilter', { streamId });
    const { id: ofBerta } = await berta.request('publishVideo', publishParams);
    await mod.request('applyFilter', { streamId: ofBerta, ...sepia });
    const property = { method: 'setElementProperty', params: '{"propertyName":"preset","propertyValue":"heat"}' };
    await mod.request('execFilterMethod', { streamId: ofBerta, ...property });

    const chief = await stage.member('s', 'Chief', { role: 'MODERATOR', ...allowed });
    await chief.request('applyFilter', { streamId, ...sepia });
    expect(await ana.refusal('execFilterMethod', { streamId, ...property }), 'nor may it change one').to.equal(401);
    await ana.request('removeFilter', { streamId });
  });

  it('of two pages that apply at once one is told that there is a filter', async () => {
    const { ana, mod, streamId } = await call();
    const held = stage.media.holdNext('createFilter');
    const first = ana.call('applyFilter', { streamId, ...sepia });
    await held.reached;
    const second = mod.call('applyFilter', { streamId, type: 'FaceOverlayFilter', options: '{}' });
    const removed = mod.call('removeFilter', { streamId });
    held.open();
    expect((await first).error).to.equal(undefined);
    expect((await second).error?.code).to.equal(405);
    expect((await removed).error).to.equal(undefined);
    expect(there()).to.deep.equal([]);
  });

  it('§5.1 a stream is published with its filter, or not at all', async () => {
    const ana = await stage.member('s', 'Ana', allowed);
    const berta = await stage.member('s', 'Berta');
    const options = { command: 'gdkpixbufoverlay' };
    const filter = { type: 'GStreamerFilter', options };
    const publish = (client: RpcClient, more: object = { filter }) =>
      client.call('publishVideo', { ...publishParams, ...more });
    expect((await publish(berta)).error?.code, 'not allowed').to.equal(406);
    expect((await publish(ana, { filter, hasVideo: false })).error?.code).to.equal(406);
    stage.media.failNext('createFilter');
    expect((await publish(ana)).error?.code).to.equal(406);
    expect([stage.media.endpoints.size, stage.media.filters.size]).to.deep.equal([0, 0]);
    await berta.settle();
    expect(berta.notifications.some(({ method }) => method === 'participantPublished')).to.equal(false);

    expect((await publish(ana)).error).to.equal(undefined);
    const { streams } = await berta.notified('participantPublished');
    expect((streams as { filter: unknown }[])[0]?.filter).to.deep.equal(filter);
    expect(there()).to.deep.equal([{ type: 'gstreamer', command: 'gdkpixbufoverlay', properties: {} }]);
  });
});
