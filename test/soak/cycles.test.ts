import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Peer } from '../support/peer.js';
import { PeerCall } from '../support/peer-call.js';
import { until } from '../support/until.js';

const cycles = 350;
/** At the same time. */
const together = 25;
/** Calls that may be opened again, of all. */
const mostGivenUp = 3;
/** After these the process has what it keeps: threads, buffers, compiled code. */
const warmUp = 200;
/** MB. A leak of one packet buffer for each endpoint would make it twice that. */
const mostGrowth = 24;

describe('calls through the embedded engine, one after the other', function () {
  this.timeout(180_000);
  let call: PeerCall;
  let givenUp = 0;

  before(async function () {
    if (!existsSync('/proc/self/statm')) this.skip();
    call = await PeerCall.start();
  });

  // Where it was skipped there is none.
  after(async () => (call as PeerCall | undefined)?.stop());

  /** MB that are resident. */
  const memory = (): number =>
    (Number(readFileSync(`/proc/${String(call.engine.child.pid)}/statm`, 'utf8').split(' ')[1]) * 4096) / 1e6;

  /** One call: opened, fed, closed. */
  async function cycle(): Promise<void> {
    const pipeline = await call.client.create('MediaPipeline');
    const peers: Peer[] = [];
    try {
      const publisher = await call.join(pipeline);
      peers.push(publisher.peer);
      const subscriber = await call.join(pipeline, publisher);
      peers.push(subscriber.peer);
      publisher.peer.send();
      await subscriber.peer.receives({ video: 5 });
    } finally {
      await call.client.value('release', { object: pipeline });
      for (const peer of peers) peer.close();
    }
  }

  /** On a busy machine a peer may give up before it is connected. What it leaves must go as well. */
  async function cycleAtLast(): Promise<void> {
    for (;;) {
      try {
        await cycle();
        return;
      } catch (error) {
        givenUp += 1;
        if (givenUp > mostGivenUp) throw error;
      }
    }
  }

  it(`leave nothing behind: ${cycles} are opened, fed and closed with flat memory and file descriptors`, async () => {
    let warm = { descriptors: 0, memory: 0 };
    for (let done = 0; done < cycles; done += together) {
      if (done === warmUp) warm = { descriptors: call.descriptors, memory: memory() };
      await Promise.all(Array.from({ length: together }, cycleAtLast));
      call.client.events.length = 0;
    }
    expect(await call.client.pipelines()).to.deep.equal([]);
    await until('the sockets are closed', () => call.descriptors <= warm.descriptors + 3, 10_000);
    if (process.env.ENGINE_LOG) process.stderr.write(`memory ${warm.memory} → ${memory()} MB\n`);
    expect(memory()).to.be.lessThan(warm.memory + mostGrowth);
  });
});
