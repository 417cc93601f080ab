import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { z } from 'zod';
import { EmbeddedEngine } from '../../support/embedded-engine.js';
import { KurentoSocket } from '../../support/kurento-socket.js';
import type { PeerRequest, PeerState } from './peers/messages.js';
import { openedPeer, peerReply, peerState } from './peers/messages.js';

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** The process with the clients. */
class Peers {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: z.infer<typeof peerReply>) => void>();
  #next = 0;

  constructor() {
    const main = fileURLToPath(new URL('peers/main.ts', import.meta.url));
    this.#child = fork(main, [], { execArgv: ['--import', 'tsx'] });
    this.#child.on('message', (message) => {
      const reply = peerReply.parse(message);
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
  }

  async ask(request: Unnumbered<PeerRequest>): Promise<unknown> {
    const id = this.#next++;
    const { value, error } = await new Promise<z.infer<typeof peerReply>>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ ...request, id });
    });
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async until(name: string, condition: (state: PeerState) => boolean): Promise<PeerState> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const state = peerState.parse(await this.ask({ method: 'state', name }));
      if (condition(state)) return state;
      if (Date.now() > deadline) throw new Error(`not in time: ${JSON.stringify(state)}`);
      await pause(10);
    }
  }

  stop(): void {
    this.#child.disconnect();
  }
}

describe('a call through the embedded engine with clients that are no browsers', function () {
  this.timeout(30_000);

  let engine: EmbeddedEngine;
  let peers: Peers;
  let client: KurentoSocket;
  let pipeline: string;

  before(async () => {
    engine = await EmbeddedEngine.start(0, ['--udp-ports', '46000-46199']);
    peers = new Peers();
    client = await KurentoSocket.open(engine.url);
  });

  after(async () => {
    peers.stop();
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

  async function join(name: string, source?: string): Promise<string> {
    const endpoint = await client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    if (source) await client.invoke(source, 'connect', { sink: endpoint });
    await client.subscribe(endpoint, 'IceCandidateFound', 'IceGatheringDone');
    const { offer, candidates } = openedPeer.parse(await peers.ask({ method: 'open', name }));
    const sdp = z.string().parse(await client.invoke(endpoint, 'processOffer', { offer }));
    await peers.ask({ method: 'answer', name, sdp });
    await client.invoke(endpoint, 'gatherCandidates');
    for (const candidate of candidates) {
      await client.invoke(endpoint, 'addIceCandidate', { candidate: { candidate, sdpMid: '0', sdpMLineIndex: 0 } });
    }
    await client.event('IceGatheringDone', endpoint);
    for (const { type, object, data } of client.events) {
      if (type !== 'IceCandidateFound' || object !== endpoint) continue;
      const { candidate } = z.object({ candidate: z.string() }).parse(data.candidate);
      await peers.ask({ method: 'candidate', name, candidate });
    }
    await peers.until(name, ({ state }) => state === 'connected');
    return endpoint;
  }

  it('carries video to everybody who subscribed, and asks for keyframes', async () => {
    const ann = await join('ann');
    await peers.ask({ method: 'send', name: 'ann', from: 1, to: 5 });
    await join('bob', ann);
    await join('eve', ann);
    await peers.until('ann', ({ rtcp }) => rtcp.includes(206));
    await peers.ask({ method: 'send', name: 'ann', from: 6, to: 25 });
    const expected = Array.from({ length: 20 }, (_value, index) => index + 6);
    for (const name of ['bob', 'eve']) {
      const { video } = await peers.until(name, (state) => state.video.length >= 20);
      expect(video).to.deep.equal(expected);
    }
    for (const name of ['ann', 'bob', 'eve']) await peers.ask({ method: 'close', name });
  });

  it('leaves nothing behind, however often it is repeated', async () => {
    const descriptors = `/proc/${String(engine.child.pid)}/fd`;
    const count = (): number => (existsSync(descriptors) ? readdirSync(descriptors).length : 0);
    const before = count();
    // More endpoints than the range has ports: those of released ones are used again.
    for (let round = 0; round < 10; round++) {
      const names = Array.from({ length: 25 }, (_value, index) => `peer-${round}-${index}`);
      const endpoints = await Promise.all(names.map((name) => join(name)));
      await peers.ask({ method: 'send', name: names[0] ?? '', from: 1, to: 5 });
      for (const object of endpoints) await client.value('release', { object });
      for (const name of names) await peers.ask({ method: 'close', name });
    }
    const deadline = Date.now() + 5000;
    while (count() > before + 3 && Date.now() < deadline) await pause(20);
    expect(count()).to.be.at.most(before + 3);
  });
});
