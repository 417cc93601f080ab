import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { manifestSchema } from '../../recording/manifest.js';
import type { Manifest } from '../../recording/manifest.js';
import { probe } from '../support/ffprobe.js';
import { bindAddress, negotiate } from '../support/negotiate.js';
import { PeerProcess } from '../support/peer.js';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';

/** From the request of a client to the files, with a real embedded engine and people that send. */
describe('a room that an embedded engine records', function () {
  this.timeout(60_000);
  const directory = mkdtempSync(join(tmpdir(), 'recordings-'));
  let peers: PeerProcess;

  const server = useServer({
    kmsUris: [],
    mediaBindAddress: bindAddress,
    recordingsDir: directory,
    recordingsMinFreeMb: 0,
    roomAutoRecord: true,
  });

  before(async () => {
    peers = await PeerProcess.start();
  });

  after(async () => {
    await peers.stop();
    rmSync(directory, { recursive: true });
  });

  /** Of the one recording that there is. */
  function manifest(): Manifest | undefined {
    const [id] = readdirSync(directory).filter((name) => name.startsWith('REC_'));
    if (id === undefined) return undefined;
    return manifestSchema.parse(JSON.parse(readFileSync(join(directory, id, 'manifest.json'), 'utf8')));
  }

  async function publish(user: string): Promise<RpcClient> {
    const client = await RpcClient.connect(server().url);
    await client.request('joinRoom', { user, room: 'r' });
    const peer = await negotiate(peers, client, user, 'publishVideo');
    peer.send();
    return client;
  }

  it('has a file for each, which begins when their first frame was there, and is whole when they have left', async () => {
    const ana = await publish('ana');
    await until('Ana is recorded', () => manifest()?.state === 'recording');
    const between = performance.now();
    const berta = await publish('berta');
    const watching = await negotiate(peers, ana, 'berta', 'receiveVideoFrom', { sender: 'berta_webcam' });
    await watching.receives({ audio: 100 });
    const atMost = performance.now() - between;
    for (const client of [berta, ana]) await client.close();
    await until('it has ended', () => manifest()?.state === 'ready', 30_000);
    const { id, files, endReason } = manifest() ?? expect.fail('there is no recording');
    expect(endReason).to.equal('room-closed');
    expect(files.map(({ participant }) => participant.id)).to.deep.equal(['ana', 'berta']);
    const [first, second] = files;
    expect((second?.offsetMs ?? 0) - (first?.offsetMs ?? 0), 'Berta began after Ana').to.be.within(1, 1000 + atMost);
    for (const { file, failure, codecs, durationMs } of files) {
      expect([failure, codecs.length]).to.deep.equal([undefined, 2]);
      const { format, streams } = await probe(join(directory, id, file));
      expect(streams.map(({ codec_name }) => codec_name)).to.have.members(['opus', 'vp8']);
      expect(format.duration).to.be.within(1.5, 60);
      expect(Math.abs((format.duration ?? 0) * 1000 - durationMs)).to.be.below(50);
    }
  });
});
