import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { KurentoEngine } from '../../media/kurento/engine.js';
import type { MediaEngine, MediaKind, Pipeline, Recorder } from '../../media/port.js';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { probe } from '../support/ffprobe.js';
import { MediaCalls } from '../support/media-calls.js';
import { EndpointEvents, PipelineEvents, RecorderEvents } from '../support/media-listeners.js';
import { PeerProcess } from '../support/peer.js';
import { RecordingLog } from '../support/recording-log.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { startingMs } from './port.suite.js';
import type { MediaServerUnderTest } from './port.suite.js';

export interface RecordingServerUnderTest extends MediaServerUnderTest {
  /** The folder of the media server for recordings, if it can be read here. */
  readonly recordings?: string | undefined;
}

/** How the recorders of every media server have to behave behind the port. `server` is asked once the tests run. */
export function describeRecorders(name: string, server: () => RecordingServerUnderTest): void {
  describe(`media port › recorders › ${name}`, function () {
    this.timeout(startingMs);
    let engine: KurentoEngine;
    let media: MediaEngine;
    let raw: KurentoSocket;
    let peers: PeerProcess;
    let calls: MediaCalls;
    let others: string[];
    let pipeline: Pipeline;
    let path: string;

    before(async () => {
      engine = new KurentoEngine({ url: server().url, log: new RecordingLog() });
      media = server().through?.(engine) ?? engine;
      peers = await PeerProcess.start();
      calls = new MediaCalls(peers, server().bindAddress);
      raw = await KurentoSocket.open(server().url);
      await engine.connect();
    });

    after(async () => {
      await Promise.all([raw.close(), engine.close(), peers.stop()]);
    });

    beforeEach(async () => {
      others = await raw.pipelines();
      pipeline = await media.openPipeline(new PipelineEvents(), 'r');
      path = join(server().recordings ?? '/tmp', `${randomUUID()}.webm`);
    });

    afterEach(async () => {
      pipeline.release();
      peers.closeAll();
      expect([engine.load.pipelines, engine.load.endpoints]).to.deep.equal([0, 0]);
      await until('the media server has let go of all pipelines', async () => (await made()).length === 0);
    });

    async function made(): Promise<string[]> {
      return (await raw.pipelines()).filter((id) => !others.includes(id));
    }

    async function recorders(): Promise<string[]> {
      const children = await Promise.all((await made()).map((id) => raw.children(id)));
      return children.flat().filter((id) => id.endsWith('.RecorderEndpoint'));
    }

    const create = (
      events: RecorderEvents,
      kinds: readonly MediaKind[] = ['audio', 'video'],
      uri = pathToFileURL(path).href,
    ): Promise<Recorder> => pipeline.createRecorder({ uri, kinds, member: 'ann' }, events);

    /** Somebody sends, and it is recorded. Resolves when the file has begun. */
    async function recording(events: RecorderEvents, kinds?: readonly MediaKind[]): Promise<Recorder> {
      const { endpoint } = await calls.publish(pipeline, { member: 'ann' });
      const recorder = await create(events, kinds);
      for (const kind of kinds ?? (['audio', 'video'] as const)) await endpoint.connect(recorder, kind);
      await recorder.start();
      await until('it has begun', () => events.all.includes('started'));
      return recorder;
    }

    /** Resolves when somebody has sent so many packets of sound to somebody else: meanwhile others record. */
    async function passes(packets: number): Promise<void> {
      const publisher = await calls.publish(pipeline, { member: 'ann' });
      const listener = await calls.call(pipeline, 'recvonly', (endpoint) => publisher.endpoint.connect(endpoint));
      await listener.peer.receives({ audio: packets });
      for (const { endpoint } of [publisher, listener]) endpoint.release();
    }

    async function expectCodecs(...codecs: string[]): Promise<void> {
      if (server().recordings === undefined) return;
      expect((await probe(path)).streams.map(({ codec_name }) => codec_name)).to.have.members(codecs);
    }

    it('a recorder writes what its source sends, and the file is whole once it has stopped', async () => {
      const events = new RecorderEvents();
      const recorder = await recording(events);
      await passes(30);
      await Promise.all([recorder.stop(), recorder.stop()]);
      await expectCodecs('opus', 'vp8');
      recorder.release();
      await until('it is gone', async () => (await recorders()).length === 0);
      expect(events.all).to.deep.equal(['started']);
      expect(events.startedAgo).to.be.at.least(0);
    });

    for (const [kind, codec] of [
      ['audio', 'opus'],
      ['video', 'vp8'],
    ] as const) {
      it(`a recorder of ${kind} alone begins without the other kind`, async () => {
        const recorder = await recording(new RecorderEvents(), [kind]);
        await passes(30);
        await recorder.stop();
        await expectCodecs(codec);
      });
    }

    it('a recorder that pauses and goes on begins once', async () => {
      const events = new RecorderEvents();
      const recorder = await recording(events);
      await recorder.pause();
      await passes(30);
      await recorder.resume();
      await passes(30);
      await recorder.stop();
      expect(events.all).to.deep.equal(['started']);
    });

    it('a recorder that nothing is sent to begins nothing, and can be stopped', async () => {
      const events = new RecorderEvents();
      const recorder = await create(events);
      await recorder.start();
      await recorder.stop();
      expect(events.all).to.deep.equal([]);
    });

    it('a recorder that has not begun can be stopped', async () => {
      const recorder = await create(new RecorderEvents());
      await recorder.stop();
      recorder.release();
      await until('it is gone', async () => (await recorders()).length === 0);
    });

    it('a place that cannot be written to is told once, and the source goes on', async () => {
      const events = new RecorderEvents();
      const publisher = await calls.publish(pipeline, { member: 'ann' });
      path = join(server().recordings ?? '/tmp', 'no-such-folder', 'x.webm');
      const recorder = await create(events);
      await publisher.endpoint.connect(recorder);
      await recorder.start();
      await until('it is told', () => events.all.length > 0);
      await passes(20);
      expect(events.all).to.deep.equal(['failed: unwritable']);
      expect(existsSync(path)).to.be.false;
    });

    it('a recorder may be released twice, and later calls reject with released', async () => {
      const recorder = await recording(new RecorderEvents());
      recorder.release();
      recorder.release();
      expect(await codeOf(recorder.pause())).to.equal('released');
      expect(await codeOf(recorder.stop())).to.equal('released');
      await until('it is gone', async () => (await recorders()).length === 0);
    });

    it('a recorder under way when its pipeline is released rejects with released', async () => {
      const recorder = codeOf(create(new RecorderEvents()));
      pipeline.release();
      expect(await recorder).to.equal('released');
    });

    it('a recorder ends with its pipeline, and its file is whole', async () => {
      const recorder = await recording(new RecorderEvents());
      await passes(30);
      pipeline.release();
      expect(await codeOf(recorder.stop())).to.equal('released');
      await until('the file is whole', async () => {
        if (server().recordings === undefined) return true;
        return (await probe(path)).format.duration !== undefined;
      });
    });

    it('a recorder that somebody else releases is lost alone', async () => {
      const events = new RecorderEvents();
      const recorder = await recording(events);
      const [id = ''] = await recorders();
      await raw.value('release', { object: id });
      await until('its owner is told', () => events.losses.length > 0);
      expect(events.losses.map(({ code }) => code)).to.deep.equal(['object-gone']);
      expect(await codeOf(recorder.stop())).to.equal('object-gone');
      await pipeline.createEndpoint({}, new EndpointEvents());
    });
  });
}
