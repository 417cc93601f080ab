import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { z } from 'zod';
import { EmbeddedEngine } from '../../support/embedded-engine.js';
import { KurentoSocket } from '../../../tools/kurento-socket.js';
import { PeerProcess, sections } from '../../support/peer.js';

const found = z.object({ candidate: z.string(), sdpMid: z.string() });
const everyAddress = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);

describe('a call through the embedded engine where there is only IPv6', function () {
  this.timeout(60_000);

  before(function () {
    if (!everyAddress.some(({ address }) => address === '::1')) this.skip();
  });

  it('carries video', async () => {
    const engine = await EmbeddedEngine.start(0, ['--bind-address', '::1']);
    const peers = await PeerProcess.start();
    const client = await KurentoSocket.open(engine.url);
    const mediaPipeline = await client.create('MediaPipeline');
    const join = async (source?: string) => {
      const endpoint = await client.create('WebRtcEndpoint', { mediaPipeline });
      if (source !== undefined) await client.invoke(source, 'connect', { sink: endpoint });
      await client.subscribe(endpoint, 'IceCandidateFound', 'IceGatheringDone');
      const peer = await peers.open({
        sections: sections('sendrecv', ['video']),
        bindAddress: '::1',
        onCandidate: (candidate) => void client.invoke(endpoint, 'addIceCandidate', { candidate }),
      });
      peer.accept(z.string().parse(await client.invoke(endpoint, 'processOffer', { offer: peer.offer })));
      await client.invoke(endpoint, 'gatherCandidates');
      await client.event('IceGatheringDone', endpoint);
      const told = client.events.filter(({ type, object }) => type === 'IceCandidateFound' && object === endpoint);
      for (const { data } of told) {
        const candidate = found.parse(data.candidate);
        expect(candidate.candidate.split(' ')[4]).to.equal('::1');
        peer.addCandidate(candidate);
      }
      await peer.connected();
      return { endpoint, peer };
    };
    const ann = await join();
    const bob = await join(ann.endpoint);
    ann.peer.sendVideo(1, 10);
    await bob.peer.receives({ video: 10 });
    await client.value('release', { object: mediaPipeline });
    await client.close();
    await peers.stop();
    expect(await engine.stop()).to.equal(0);
  });
});
