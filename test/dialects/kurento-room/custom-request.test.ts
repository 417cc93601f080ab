import { expect } from 'chai';
import type { FakeFilter } from '../../support/fake-media.js';
import { RoomStack } from '../../support/room-stack.js';
import { RpcClient } from '../../support/rpc-client.js';

/** Media in memory has filters; no media server with filters is available to tests. */
describe('Kurento Room §3.9 customRequest, on media in memory', () => {
  it('the hat is shown over the publication, with the configured image and place', async () => {
    const stack = new RoomStack({ kurentoRoom: { filterType: 'hat' } });
    stack.media.hasFilters = true;
    const ana = await RpcClient.connect(await stack.start());
    await ana.request('joinRoom', { user: 'ana', room: 'r1' });
    await ana.request('customRequest', { hat: true });
    expect(stack.media.filters.size, 'not before there is something to put it on').to.equal(0);
    await ana.request('publishVideo', { sdpOffer: 'v=0' });
    expect([...stack.media.filters].map(({ settings }: FakeFilter) => settings)).to.deep.equal([
      {
        type: 'face-overlay',
        imageUrl: 'http://server.example/img/hat.png',
        placement: { offsetX: -0.35, offsetY: -1.2, width: 1.6, height: 1.6 },
      },
    ]);
    await ana.request('customRequest', { hat: false });
    expect(stack.media.filters.size).to.equal(0);
    await stack.stop();
  });

  it('a marker with an address of its own is fetched from there, for every publisher', async () => {
    const stack = new RoomStack({ kurentoRoom: { filterType: 'marker' } });
    stack.media.hasFilters = true;
    const url = await stack.start();
    const [ana, berta] = [await RpcClient.connect(url), await RpcClient.connect(url)];
    await ana.request('joinRoom', { user: 'ana', room: 'r1' });
    await berta.request('joinRoom', { user: 'berta', room: 'r1' });
    await ana.request('publishVideo', { sdpOffer: 'v=0' });
    await ana.request('customRequest', { marker: 1 });
    await berta.request('customRequest', { marker: 1 });
    await berta.request('publishVideo', { sdpOffer: 'v=0' });
    expect(
      [...stack.media.filters].map(({ settings }) => settings.type === 'marker' && settings.imageUrl),
    ).to.deep.equal(['http://server.example/second.png', 'http://server.example/second.png']);
    await stack.stop();
  });

  it('an image on another host than that of APP_URL is refused with 999, and nothing changes', async () => {
    const stack = new RoomStack({ kurentoRoom: { filterType: 'hat', hatImage: 'http://elsewhere.example/hat.png' } });
    stack.media.hasFilters = true;
    const ana = await RpcClient.connect(await stack.start());
    await ana.request('joinRoom', { user: 'ana', room: 'r1' });
    await ana.request('publishVideo', { sdpOffer: 'v=0' });
    expect(await ana.refusal('customRequest', { hat: true })).to.equal(999);
    expect(stack.media.filters.size).to.equal(0);
    await stack.stop();
  });
});
