import { expect } from 'chai';
import type { Step } from '../../support/fake-media.js';
import { RpcClient } from '../../support/rpc-client.js';
import { RoomStack, nothingRemains } from '../../support/room-stack.js';
import { until } from '../../support/until.js';

const offer = 'v=0 offer';

/** After the grace time, whatever was under way. */
describe('Kurento Room §1.6 a socket that is cut', () => {
  const stack = new RoomStack({ kurentoRoom: { sessionGraceMs: 20 } });
  let url = '';
  before(async () => {
    url = await stack.start();
  });
  after(() => stack.stop());

  async function joined(user: string): Promise<RpcClient> {
    const client = await RpcClient.connect(url);
    await client.request('joinRoom', { user, room: 'cut' });
    return client;
  }

  async function expectNothingLeft(): Promise<void> {
    // A negotiation that was just released needs a moment to notice that it was cancelled.
    await new Promise((resolve) => setImmediate(resolve));
    await until('nothing is left', () => JSON.stringify(stack.remains) === JSON.stringify(nothingRemains));
    expect(stack.remains).to.deep.equal(nothingRemains);
  }

  it('during a join, leaves nothing', async () => {
    for (const sent of [false, true]) {
      const ana = await RpcClient.connect(url);
      if (sent) ana.send({ jsonrpc: '2.0', id: 1, method: 'joinRoom', params: { user: 'ana', room: 'cut' } });
      ana.cut();
      await ana.closed;
      await expectNothingLeft();
    }
  });

  it('after a join, leaves nothing', async () => {
    (await joined('ana')).cut();
    await expectNothingLeft();
  });

  for (const step of ['openPipeline', 'createEndpoint', 'connect', 'answer'] as const satisfies readonly Step[]) {
    for (const order of ['before', 'after'] as const) {
      it(`while its publication waits at ${step}, which goes on ${order} the grace time ends, leaves nothing`, async () => {
        const ana = await joined('ana');
        const held = stack.media.holdNext(step);
        ana.send({ jsonrpc: '2.0', id: 1, method: 'publishVideo', params: { sdpOffer: offer, doLoopback: true } });
        await held.reached;
        ana.cut();
        if (order === 'after') await until('the room is gone', () => stack.remains.rooms === 0);
        held.open();
        await expectNothingLeft();
      });
    }
  }

  for (const step of ['createEndpoint', 'connect', 'answer'] as const satisfies readonly Step[]) {
    it(`while its subscription waits at ${step}, leaves the publisher's publication and nothing else`, async () => {
      const [ana, berta] = [await joined('ana'), await joined('berta')];
      await ana.request('publishVideo', { sdpOffer: offer });
      const held = stack.media.holdNext(step);
      berta.send({
        jsonrpc: '2.0',
        id: 1,
        method: 'receiveVideoFrom',
        params: { sender: 'ana_webcam', sdpOffer: offer },
      });
      await held.reached;
      berta.cut();
      expect(await ana.notified('participantLeft')).to.deep.equal({ name: 'berta' });
      held.open();
      await until('the subscription is gone', () => stack.media.endpoints.size === 1);
      ana.cut();
      await expectNothingLeft();
    });
  }

  it('with requests waiting behind a publication, leaves nothing', async () => {
    const ana = await joined('ana');
    const held = stack.media.holdNext('answer');
    ana.send({ jsonrpc: '2.0', id: 1, method: 'publishVideo', params: { sdpOffer: offer } });
    ana.send({ jsonrpc: '2.0', id: 2, method: 'leaveRoom' });
    ana.send({ jsonrpc: '2.0', id: 3, method: 'joinRoom', params: { user: 'ana', room: 'cut' } });
    ana.send({ jsonrpc: '2.0', id: 4, method: 'publishVideo', params: { sdpOffer: offer } });
    await held.reached;
    ana.cut();
    await ana.closed;
    held.open();
    await expectNothingLeft();
  });

  it('while it publishes and receives, ends its publication and its subscriptions', async () => {
    const [ana, berta] = [await joined('ana'), await joined('berta')];
    for (const client of [ana, berta]) await client.request('publishVideo', { sdpOffer: offer });
    await ana.request('receiveVideoFrom', { sender: 'berta_webcam', sdpOffer: offer });
    await berta.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: offer });
    ana.cut();
    await berta.notified('participantLeft');
    expect(stack.media.endpoints.size).to.equal(1);
    berta.cut();
    await expectNothingLeft();
  });
});
