import { expect } from 'chai';
import { RoomStack } from '../../support/room-stack.js';
import { RpcClient } from '../../support/rpc-client.js';
import { until } from '../../support/until.js';

/** The limits of what the server keeps for a client count bytes too, because a message may have a megabyte. */
describe('a client for which the server keeps too much', () => {
  const stack = new RoomStack({
    maxQueuedBytes: 100_000,
    maxTextBytes: 200_000,
    kurentoRoom: { sessionGraceMs: 60_000 },
  });
  let url = '';
  before(async () => {
    url = await stack.start();
  });
  after(() => stack.stop());

  async function join(user: string): Promise<RpcClient> {
    const client = await RpcClient.connect(url);
    await client.request('joinRoom', { user, room: 'hoard' });
    return client;
  }

  const message = (length: number): object => ({
    jsonrpc: '2.0',
    method: 'sendMessage',
    params: { message: 'x'.repeat(length), userMessage: 'ana', roomMessage: 'hoard' },
  });

  it('is closed with 1008 if too many requests wait; one request of any length may wait', async () => {
    const ana = await join('ana');
    const held = stack.media.holdNext('answer');
    ana.send({ jsonrpc: '2.0', id: 1, method: 'publishVideo', params: { sdpOffer: 'v=0 offer' } });
    await held.reached;
    ana.send(message(200_000));
    await ana.request('ping');
    expect(stack.openConnections).to.equal(1);
    ana.send(message(1_000));
    expect(await ana.closed).to.equal(1008);
    held.open();
    for (const room of stack.rooms) room.close('the test goes on');
    await until('ana is gone', () => stack.rooms.names.length === 0);
  });

  it('is closed for requests that wait now, not for earlier ones', async () => {
    const ana = await join('ana');
    for (let times = 0; times < 4; times += 1) {
      ana.send(message(60_000));
      await ana.notified('sendMessage');
    }
    await ana.request('leaveRoom');
    expect(stack.openConnections, 'four times 60,000 bytes went through, 100,000 may wait').to.equal(1);
  });

  it('loses its session if it misses too much while its socket is lost', async () => {
    const [ana, berta] = [await join('ana'), await join('berta')];
    berta.cut();
    await berta.closed;
    for (let times = 0; times < 10; times += 1) {
      ana.send(message(45_000));
      await ana.notified('sendMessage');
    }
    expect(await ana.notified('participantLeft')).to.deep.equal({ name: 'berta' });
    await ana.request('leaveRoom');
  });
});
