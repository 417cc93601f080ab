import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { isRunning } from '../../process-mark.js';
import { KeptEngines } from '../../src/kept-engines.js';
import { endProcess } from '../../src/media-process.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { pipelinesOf } from '../support/media-objects.js';
import { bindAddress, expectGapless } from '../support/negotiate.js';
import { until } from '../support/until.js';
import { useClusterStage } from './served-node.js';

const health = z.object({ mediaServers: z.array(z.object({ up: z.boolean() })) });

// Elsewhere the server refuses MEDIA_KEEP_ALIVE.
const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

describeOnLinux('Nodes with engines of their own that outlive them (MEDIA_HOST)', function () {
  this.timeout(90_000);
  const stage = useClusterStage();
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'atrium-'));
  });

  afterEach(async () => {
    for (const name of ['killed', 'two']) for (const { process: mark } of notedBy(name)) await endProcess(mark);
    rmSync(folder, { recursive: true });
  });

  const notedBy = (name: string) => new KeptEngines(`${join(folder, name)}.engines`).all;

  it('go on with the calls of one that was killed, on its engine', async () => {
    const clusterSecret = 'a secret of nodes, for tests alone';
    const killed = await stage.nodeProcess(0, {
      ...{ KMS_URIS: '', MEDIA_HOST: bindAddress, MEDIA_KEEP_ALIVE: 'true', MEDIA_BIND_ADDRESS: bindAddress },
      ...{ STATE_FILE: join(folder, 'killed'), CLUSTER_SECRET: clusterSecret, ADMIN_TOKEN: adminToken },
    });
    const two = await stage.node({
      ...{ kmsUris: [], mediaHost: bindAddress, mediaKeepAlive: true, mediaBindAddress: bindAddress },
      ...{ stateFile: join(folder, 'two'), clusterSecret, adminToken },
    });
    await stage.known([two, killed]);
    await until('the second node reaches the engine of the first one', async () => {
      const answer = await fetch(new URL('healthz', two.url), asAdmin);
      return health.parse(await answer.json()).mediaServers.filter(({ up }) => up).length === 2;
    });
    const [[engine], [ofTwo]] = [notedBy('killed'), notedBy('two')];
    if (!engine || !ofTwo) throw new Error('the engines are noted');
    // The room is opened at the first node.
    const [dana] = await stage.join(killed, 'dana', 'r');
    const [ana] = await stage.join(two, 'ana', 'r');
    const [ben] = await stage.join(two, 'ben', 'r');
    await dana.request('leaveRoom');
    (await stage.negotiate(ana, 'ana', 'publishVideo')).send();
    const atBen = await stage.negotiate(ben, 'ana', 'receiveVideoFrom', { sender: 'ana_webcam' });
    await atBen.receives({ audio: 10, video: 10 });
    expect(await pipelinesOf(engine.url)).to.have.lengthOf(1);
    await killed.end('SIGKILL');
    await until('the second node goes on', () => two.rooms.find('r')?.size === 2);
    const [carl] = await stage.join(two, 'carl', 'r');
    const atCarl = await stage.negotiate(carl, 'ana', 'receiveVideoFrom', { sender: 'ana_webcam' });
    await Promise.all([atCarl.receives({ video: 10 }), atBen.receives({ video: atBen.received.video + 25 })]);
    expectGapless(atBen);
    expect([...ana.notifications, ...ben.notifications].map(({ method }) => method)).not.to.include('mediaError');
    for (const client of [ana, ben, carl]) await client.request('leaveRoom');
    await until('nothing is left there', async () => (await pipelinesOf(engine.url)).length === 0);
    await two.suspend();
    for (const { process: mark } of [engine, ofTwo]) {
      expect(isRunning(mark), 'it waits for the next start of its node').to.equal(true);
    }
  });
});
