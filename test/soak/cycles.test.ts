import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { z } from 'zod';
import { defaultBindAddress } from '../../media/embedded/transport/local-addresses.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { KurentoSocket } from '../support/kurento-socket.js';
import { PeerProcess, sections, type Peer } from '../support/peer.js';
import { until } from '../support/until.js';

const cycles = 500;
/** At the same time. */
const together = 25;
/** After these the process has what it keeps: threads, buffers, compiled code. */
const warmUp = 100;
/** MB. A leak of one packet buffer for each endpoint would make it four times that. */
const mostGrowth = 32;

interface Member {
  readonly endpoint: string;
  readonly peer: Peer;
}

describe('calls through the embedded engine, one after the other', function () {
  this.timeout(180_000);
  let engine: EmbeddedEngine;
  let peers: PeerProcess;
  let client: KurentoSocket;

  before(async function () {
    if (!existsSync('/proc/self/statm')) this.skip();
    engine = await EmbeddedEngine.start(0, ['--udp-ports', '46700-46899']);
    peers = await PeerProcess.start();
    client = await KurentoSocket.open(engine.url);
  });

  after(async () => {
    await peers.stop();
    await client.close();
    expect(await engine.stop(), 'the engine ends cleanly').to.equal(0);
  });

  const proc = (name: string): string => `/proc/${String(engine.child.pid)}/${name}`;
  const descriptors = (): number => readdirSync(proc('fd')).length;
  /** MB that are resident. */
  const memory = (): number => (Number(readFileSync(proc('statm'), 'utf8').split(' ')[1]) * 4096) / 1e6;

  async function join(mediaPipeline: string, source?: Member): Promise<Member> {
    const endpoint = await client.create('WebRtcEndpoint', { mediaPipeline });
    if (source) await client.invoke(source.endpoint, 'connect', { sink: endpoint });
    await client.subscribe(endpoint, 'IceCandidateFound', 'IceGatheringDone');
    const peer = await peers.open({
      sections: sections('sendrecv', ['video']),
      bindAddress: defaultBindAddress(),
      onCandidate: (candidate) => void client.invoke(endpoint, 'addIceCandidate', { candidate }),
    });
    peer.accept(z.string().parse(await client.invoke(endpoint, 'processOffer', { offer: peer.offer })));
    await client.invoke(endpoint, 'gatherCandidates');
    await client.event('IceGatheringDone', endpoint);
    for (const { type, object, data } of client.events) {
      if (type !== 'IceCandidateFound' || object !== endpoint) continue;
      peer.addCandidate(z.object({ candidate: z.string(), sdpMid: z.string() }).parse(data.candidate));
    }
    await peer.connected();
    return { endpoint, peer };
  }

  /** One call: opened, fed, closed. */
  async function cycle(): Promise<void> {
    const pipeline = await client.create('MediaPipeline');
    const publisher = await join(pipeline);
    const subscriber = await join(pipeline, publisher);
    publisher.peer.send();
    await subscriber.peer.receives({ video: 5 });
    await client.value('release', { object: pipeline });
    for (const { peer } of [publisher, subscriber]) peer.close();
  }

  it(`leave nothing behind: ${cycles} are opened, fed and closed with flat memory and file descriptors`, async () => {
    let warm = { descriptors: 0, memory: 0 };
    for (let done = 0; done < cycles; done += together) {
      if (done === warmUp) warm = { descriptors: descriptors(), memory: memory() };
      await Promise.all(Array.from({ length: together }, cycle));
      client.events.length = 0;
    }
    expect(await client.pipelines()).to.deep.equal([]);
    await until('the sockets are closed', () => descriptors() <= warm.descriptors + 3, 10_000);
    if (process.env.ENGINE_LOG) process.stderr.write(`memory ${warm.memory} → ${memory()} MB\n`);
    expect(memory()).to.be.lessThan(warm.memory + mostGrowth);
  });
});
