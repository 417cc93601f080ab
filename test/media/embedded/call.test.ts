import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { z } from 'zod';
import { defaultBindAddress } from '../../../media/embedded/transport/local-addresses.js';
import { EmbeddedEngine } from '../../support/embedded-engine.js';
import { KurentoSocket } from '../../support/kurento-socket.js';
import { PeerProcess, sections, type Peer } from '../../support/peer.js';
import { until } from '../../support/until.js';

/** RFC 4585 §6.1: feedback about the payload, such as the wish for a keyframe. */
const payloadFeedback = 206;

interface Member {
  readonly endpoint: string;
  readonly peer: Peer;
}

describe('a call through the embedded engine with clients that are no browsers', function () {
  this.timeout(30_000);

  let engine: EmbeddedEngine;
  let peers: PeerProcess;
  let client: KurentoSocket;
  let pipeline: string;

  before(async () => {
    engine = await EmbeddedEngine.start(0, ['--udp-ports', '46000-46199']);
    peers = await PeerProcess.start();
    client = await KurentoSocket.open(engine.url);
  });

  after(async () => {
    await peers.stop();
    await client.close();
    expect(await engine.stop(), 'the engine ends cleanly').to.equal(0);
  });

  beforeEach(async () => {
    pipeline = await client.create('MediaPipeline');
  });

  afterEach(async () => {
    await client.value('release', { object: pipeline });
    expect(await client.pipelines()).to.deep.equal([]);
    client.events.length = 0;
  });

  async function join(source?: Member): Promise<Member> {
    const endpoint = await client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    if (source) await client.invoke(source.endpoint, 'connect', { sink: endpoint });
    await client.subscribe(endpoint, 'IceCandidateFound', 'IceGatheringDone');
    const told: Promise<unknown>[] = [];
    const peer = await peers.open({
      sections: sections('sendrecv', ['video']),
      bindAddress: defaultBindAddress(),
      onCandidate: (candidate) => told.push(client.invoke(endpoint, 'addIceCandidate', { candidate })),
    });
    peer.accept(z.string().parse(await client.invoke(endpoint, 'processOffer', { offer: peer.offer })));
    await client.invoke(endpoint, 'gatherCandidates');
    await client.event('IceGatheringDone', endpoint);
    for (const { type, object, data } of client.events) {
      if (type !== 'IceCandidateFound' || object !== endpoint) continue;
      peer.addCandidate(z.object({ candidate: z.string(), sdpMid: z.string() }).parse(data.candidate));
    }
    await peer.connected();
    await Promise.all(told);
    return { endpoint, peer };
  }

  it('carries video to everybody who subscribed, and asks for keyframes', async () => {
    const ann = await join();
    ann.peer.sendVideo(1, 5);
    const subscribers = [await join(ann), await join(ann)];
    await until('a keyframe is asked for', () => ann.peer.controlTypes.includes(payloadFeedback));
    ann.peer.sendVideo(6, 25);
    const expected = Array.from({ length: 20 }, (_value, index) => index + 6);
    for (const { peer } of subscribers) {
      await peer.receives({ video: 20 });
      expect(peer.videoSequence).to.deep.equal(expected);
    }
    peers.closeAll();
  });

  it('leaves nothing behind, however often it is repeated', async () => {
    const descriptors = `/proc/${String(engine.child.pid)}/fd`;
    const count = (): number => (existsSync(descriptors) ? readdirSync(descriptors).length : 0);
    const before = count();
    // More endpoints than the range has ports: those of released ones are used again.
    for (let round = 0; round < 10; round++) {
      const members = await Promise.all(Array.from({ length: 25 }, () => join()));
      members[0]?.peer.sendVideo(1, 5);
      for (const { endpoint } of members) await client.value('release', { object: endpoint });
      peers.closeAll();
    }
    await until('the sockets are closed', () => count() <= before + 3);
  });
});
