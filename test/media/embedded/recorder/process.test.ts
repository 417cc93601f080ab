import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { KurentoEngine } from '../../../../media/kurento/engine.js';
import type { Recorder } from '../../../../media/port.js';
import { mend } from '../../../../recording/webm/mend.js';
import type { Outline } from '../../../../recording/webm/outline.js';
import { readWebm } from '../../../../recording/webm/read-webm.js';
import { EmbeddedEngine } from '../../../support/embedded-engine.js';
import { probe } from '../../../support/ffprobe.js';
import { MediaCalls } from '../../../support/media-calls.js';
import { PipelineEvents, RecorderEvents } from '../../../support/media-listeners.js';
import { PeerProcess } from '../../../support/peer.js';
import { RecordingLog } from '../../../support/recording-log.js';
import { SmallDisk } from '../../../support/small-disk.js';
import { until } from '../../../support/until.js';

/** The engine as the server runs it, with people that send. */
describe('a process of the embedded engine that records', function () {
  this.timeout(60_000);
  let directory: string;
  let server: EmbeddedEngine;
  let engine: KurentoEngine;
  let peers: PeerProcess;

  before(async () => {
    peers = await PeerProcess.start();
  });

  after(() => peers.stop());

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'recordings-'));
  });

  afterEach(async () => {
    peers.closeAll();
    await engine.close();
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  /** Somebody sends, and it is recorded. */
  async function record(folder: string, events: RecorderEvents): Promise<Recorder> {
    server = await EmbeddedEngine.start(0, ['--recordings-dir', folder]);
    engine = new KurentoEngine({ url: server.url, lostAfterMs: 500, log: new RecordingLog() });
    await engine.connect();
    const pipeline = await engine.openPipeline(new PipelineEvents());
    const { endpoint } = await new MediaCalls(peers, '127.0.0.1').publish(pipeline);
    const recorder = await pipeline.createRecorder({ uri: 'a.webm', kinds: ['audio', 'video'] }, events);
    await endpoint.connect(recorder);
    await recorder.start();
    return recorder;
  }

  it('leaves whole clusters when it is killed, and what is before their end plays', async () => {
    const path = join(directory, 'a.webm');
    await record(directory, new RecorderEvents());
    await until('it has written a second', async () => ((await outlineOf(path))?.durationMs ?? 0) > 1000, 20_000);
    await server.kill();
    const left = await outlineOf(path);
    expect([left?.isWhole, left?.gaps]).to.deep.equal([false, []]);
    await withFile(path, async (file) => {
      if (left?.mendable) await mend(file, left.mendable);
    });
    expect((await outlineOf(path))?.isWhole).to.equal(true);
    const { streams, format } = await probe(path);
    expect(streams.map(({ codec_name }) => codec_name)).to.have.members(['opus', 'vp8']);
    expect(format.duration).to.be.greaterThan(1);
  });

  it('ends a recording on a full disk as one that has no space, with a file that plays', async function () {
    const disk = SmallDisk.mount(16 * 1024);
    if (!disk) {
      this.skip();
      return;
    }
    try {
      const events = new RecorderEvents();
      const recorder = await record(disk.path, events);
      await until('it is told', () => events.all.length > 1, 30_000);
      await recorder.stop();
      expect(events.all).to.deep.equal(['started', 'failed: no-space']);
      const path = join(disk.path, 'a.webm');
      const end = (await outlineOf(path))?.mendable?.end;
      expect(end, 'nothing is left of the cluster that did not fit').to.equal(statSync(path).size);
      expect((await probe(path)).streams).to.have.length(2);
    } finally {
      disk.unmount();
    }
  });
});

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r+');
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** Undefined while there is nothing to read. */
async function outlineOf(path: string): Promise<Outline | undefined> {
  if (!existsSync(path)) return undefined;
  return withFile(path, (file) => readWebm(file, statSync(path).size));
}
