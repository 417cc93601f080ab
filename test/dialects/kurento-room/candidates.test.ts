import { expect } from 'chai';
import { RpcClient } from '../../support/rpc-client.js';
import { RoomStack } from '../../support/room-stack.js';

/** docs/protocols/kurento-room.md#36-onicecandidate */
describe('Kurento Room §3.6 a candidate of a client', () => {
  const stack = new RoomStack();
  let url = '';
  before(async () => {
    url = await stack.start();
  });
  after(() => stack.stop());

  it('names its section by the mid, by the index, or by both', async () => {
    const ana = await RpcClient.connect(url);
    await ana.request('joinRoom', { user: 'ana', room: 'candidates' });
    await ana.request('publishVideo', { sdpOffer: 'v=0 offer' });
    const candidate = 'candidate:1 1 udp 1 192.0.2.1 50000 typ host';
    for (const section of [
      { sdpMid: 'picture', sdpMLineIndex: 1 },
      { sdpMid: null, sdpMLineIndex: 1 },
      { sdpMLineIndex: 1 },
      { sdpMid: '1' },
      { sdpMid: 'picture' },
    ])
      await ana.request('onIceCandidate', { endpointName: 'ana', candidate, ...section });
    const [endpoint] = stack.media.endpoints;
    // Without a mid the media engine looks into the offer: not every client calls its sections "0" and "1".
    expect(endpoint?.candidates.map(({ sdpMid, sdpMLineIndex }) => [sdpMid, sdpMLineIndex])).to.deep.equal([
      ['picture', 1],
      ['', 1],
      ['', 1],
      ['1', 1],
      ['picture', 0],
    ]);
    ana.cut();
    await ana.closed;
  });
});
