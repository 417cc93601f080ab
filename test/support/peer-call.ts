import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { z } from 'zod';
import { defaultBindAddress } from '../../media/embedded/transport/local-addresses.js';
import { EmbeddedEngine } from './embedded-engine.js';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { PeerProcess, sections, type Peer } from './peer.js';

/** An endpoint of the engine and its client. */
export interface Member {
  readonly endpoint: string;
  readonly peer: Peer;
  readonly answer: string;
}

/** An embedded engine, clients without browser, and the application between them. */
export class PeerCall {
  readonly engine: EmbeddedEngine;
  readonly peers: PeerProcess;
  readonly client: KurentoSocket;

  private constructor(engine: EmbeddedEngine, peers: PeerProcess, client: KurentoSocket) {
    this.engine = engine;
    this.peers = peers;
    this.client = client;
  }

  static async start(): Promise<PeerCall> {
    const engine = await EmbeddedEngine.start();
    const peers = await PeerProcess.start();
    return new PeerCall(engine, peers, await KurentoSocket.open(engine.url));
  }

  async stop(): Promise<void> {
    await this.peers.stop();
    await this.client.close();
    expect(await this.engine.stop(), 'the engine ends cleanly').to.equal(0);
  }

  /**
   * Resolves when the member is connected. If there is a source, it feeds the member from the beginning.
   * @param like A browser that hides its addresses tells no candidates, and lets the engine choose who opens DTLS.
   */
  async join(mediaPipeline: string, source?: Member, like?: 'hidden browser'): Promise<Member> {
    const { client } = this;
    const endpoint = await client.create('WebRtcEndpoint', { mediaPipeline });
    if (source) await client.invoke(source.endpoint, 'connect', { sink: endpoint });
    await client.subscribe(endpoint, 'IceCandidateFound', 'IceGatheringDone');
    const told: Promise<unknown>[] = [];
    const peer = await this.peers.open({
      sections: sections('sendrecv', ['video']),
      bindAddress: defaultBindAddress(),
      onCandidate: (candidate) => {
        if (!like) told.push(client.invoke(endpoint, 'addIceCandidate', { candidate }));
      },
    });
    const offer = like ? peer.offer.replaceAll('a=setup:active', 'a=setup:actpass') : peer.offer;
    const answer = z.string().parse(await client.invoke(endpoint, 'processOffer', { offer }));
    peer.accept(answer);
    await client.invoke(endpoint, 'gatherCandidates');
    await client.event('IceGatheringDone', endpoint);
    for (const { type, object, data } of client.events) {
      if (type !== 'IceCandidateFound' || object !== endpoint) continue;
      peer.addCandidate(z.object({ candidate: z.string(), sdpMid: z.string() }).parse(data.candidate));
    }
    await peer.connected();
    await Promise.all(told);
    return { endpoint, peer, answer };
  }

  /** How many file descriptors the engine has; 0 if the system does not tell. */
  get descriptors(): number {
    const folder = `/proc/${String(this.engine.child.pid)}/fd`;
    return existsSync(folder) ? readdirSync(folder).length : 0;
  }
}
