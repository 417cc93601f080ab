import { expect } from 'chai';
import { RpcClient } from '../../support/rpc-client.js';
import { useServer } from '../../support/server.js';
import { until } from '../../support/until.js';
import { WeriftClient, weriftPatienceMs } from '../../support/werift-client.js';

/** With the server's own engine: a Kurento Media Server decodes these packets, which hold no picture. */
describe('Kurento Room §7.2 a client that offers no BUNDLE', function () {
  this.timeout(60_000);
  const running = useServer({ kmsUris: [] });
  const clients: { readonly rpc: RpcClient; readonly media: WeriftClient }[] = [];

  after(async () => {
    for (const { rpc, media } of clients) {
      rpc.cut();
      await media.peer.close();
    }
  });

  async function join(user: string) {
    const client = { rpc: await RpcClient.connect(running().url), media: new WeriftClient('disable') };
    clients.push(client);
    await client.rpc.request('joinRoom', { user, room: 'unbundled' });
    return client;
  }

  /** `ask`: gives the offer to the server. Resolves when all transports are connected. */
  async function negotiate(
    { rpc, media }: Awaited<ReturnType<typeof join>>,
    ask: (sdpOffer: string) => Promise<Record<string, unknown>>,
  ): Promise<void> {
    const { peer } = media;
    await peer.setLocalDescription(await peer.createOffer());
    const { sdpAnswer } = await ask(peer.localDescription?.sdp ?? '');
    await peer.setRemoteDescription({ type: 'answer', sdp: String(sdpAnswer) });
    await until(
      'all transports are connected',
      async () => {
        while (rpc.frames.some(({ method }) => method === 'iceCandidate')) {
          const { candidate, sdpMid, sdpMLineIndex } = await rpc.notified('iceCandidate');
          const section = { sdpMid: String(sdpMid), sdpMLineIndex: Number(sdpMLineIndex) };
          await peer.addIceCandidate({ candidate: String(candidate), ...section });
        }
        return peer.connectionState === 'connected';
      },
      weriftPatienceMs,
    );
    expect(peer.dtlsTransports.length).to.equal(2);
  }

  it('publishes sound and picture, and gets those of others', async () => {
    const ana = await join('ana');
    ana.media.sends();
    await negotiate(ana, (sdpOffer) => ana.rpc.request('publishVideo', { sdpOffer, doLoopback: false }));
    const ben = await join('ben');
    ben.media.receives();
    await negotiate(ben, (sdpOffer) => ben.rpc.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer }));
    const { received } = ben.media;
    await until(
      'both arrive',
      () => {
        ana.media.write('audio', 'sound');
        ana.media.write('video', 'picture');
        return received.audio?.includes('sound') === true && received.video?.includes('\x10\x00picture') === true;
      },
      weriftPatienceMs,
    );
  });
});
