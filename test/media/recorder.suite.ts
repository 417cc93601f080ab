import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Endpoint, MediaKind, Recorder } from '../../media/port.js';
import { probe, timesOf } from '../support/ffprobe.js';
import { EndpointEvents, RecorderEvents } from '../support/media-listeners.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { writtenSoFar } from '../support/written-so-far.js';
import { startingMs, useMediaStage } from './media-stage.js';
import type { MediaServerUnderTest, Through } from './media-stage.js';

const both = ['audio', 'video'] as const;

/**
 * How the recorders of every media server have to behave behind the port. `server` is asked once the tests run. What an engine in front
 * of it cannot change is left out with `through`.
 */
export function describeRecorders(name: string, server: () => MediaServerUnderTest, through?: Through): void {
  describe(`media port › recorders › ${name}`, function () {
    this.timeout(startingMs);
    const stage = useMediaStage(server, through);

    const pathOf = (file: string): string => join(server().recordings ?? '/tmp', file);
    const newPath = (): string => pathOf(`${randomUUID()}.webm`);

    async function recorders(): Promise<string[]> {
      return (await stage().elements()).filter((id) => id.endsWith('.RecorderEndpoint'));
    }

    const create = (events: RecorderEvents, path = newPath(), kinds: readonly MediaKind[] = both): Promise<Recorder> =>
      stage().pipeline.createRecorder({ uri: pathToFileURL(path).href, kinds, member: 'ann' }, events);

    /** Somebody sends. `passes` resolves when so many more packets of sound have come to somebody who listens, while others record. */
    async function source(): Promise<{
      readonly endpoint: Endpoint;
      readonly passes: (packets: number) => Promise<void>;
    }> {
      const { calls, pipeline } = stage();
      const { endpoint } = await calls.publish(pipeline, { member: 'ann' });
      const { peer } = await calls.call(pipeline, 'recvonly', (listener) => endpoint.connect(listener));
      return { endpoint, passes: (packets) => peer.receives({ audio: peer.received.audio + packets }) };
    }

    /** Resolves when its file has begun. */
    async function record(from: Endpoint, path: string, kinds: readonly MediaKind[] = both): Promise<Recorder> {
      const events = new RecorderEvents();
      const recorder = await create(events, path, kinds);
      for (const kind of kinds) await from.connect(recorder, kind);
      await recorder.start();
      await until('it has begun', () => events.all.includes('started'));
      return recorder;
    }

    it('a recorder tells once that it writes what its source sends, in spite of a pause, and is gone when released', async () => {
      const events = new RecorderEvents();
      const { endpoint, passes } = await source();
      const recorder = await create(events);
      await endpoint.connect(recorder);
      await recorder.start();
      await until('it has begun', () => events.all.length > 0);
      await recorder.pause();
      await recorder.resume();
      await passes(30);
      await Promise.all([recorder.stop(), recorder.stop()]);
      recorder.release();
      await until('it is gone', async () => (await recorders()).length === 0);
      expect(events.all).to.deep.equal(['started']);
      expect(events.startedAgo).to.be.at.least(0);
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
      const { endpoint, passes } = await source();
      const path = pathOf('no-such-folder/x.webm');
      const recorder = await create(events, path);
      await endpoint.connect(recorder);
      await recorder.start();
      await until('it is told', () => events.all.length > 0);
      await passes(20);
      expect(events.all).to.deep.equal(['failed: unwritable']);
      expect(existsSync(path)).to.be.false;
    });

    it('a recorder may be released twice, and later calls reject with released', async () => {
      const recorder = await create(new RecorderEvents());
      await recorder.start();
      recorder.release();
      recorder.release();
      expect(await codeOf(recorder.pause())).to.equal('released');
      expect(await codeOf(recorder.stop())).to.equal('released');
      await until('it is gone', async () => (await recorders()).length === 0);
    });

    it('a recorder under way when its pipeline is released rejects with released', async () => {
      const recorder = codeOf(create(new RecorderEvents()));
      stage().pipeline.release();
      expect(await recorder).to.equal('released');
    });

    it('a recorder ends with its pipeline', async () => {
      const recorder = await create(new RecorderEvents());
      await recorder.start();
      stage().pipeline.release();
      expect(await codeOf(recorder.stop())).to.equal('released');
    });

    it('a recorder that somebody else releases is lost alone', async () => {
      const events = new RecorderEvents();
      const recorder = await create(events);
      await recorder.start();
      const [id = ''] = await recorders();
      await stage().raw.value('release', { object: id });
      await until('its owner is told', () => events.losses.length > 0);
      expect(events.losses.map(({ code }) => code)).to.deep.equal(['object-gone']);
      expect(await codeOf(recorder.stop())).to.equal('object-gone');
      await stage().pipeline.createEndpoint({}, new EndpointEvents());
    });

    if (through) return;

    it('a recorder goes on in the same file when another source takes the place of the one that it had', async () => {
      const former = await source();
      const path = newPath();
      const recorder = await record(former.endpoint, path);
      await former.passes(40);
      const next = await source();
      await next.endpoint.connect(recorder);
      former.endpoint.release();
      await next.passes(40);
      await recorder.stop();
      if (server().recordings === undefined) return;
      const times = await timesOf(path, 'a');
      expect(times.length, 'of both').to.be.at.least(60);
      expect(times).to.deep.equal(times.toSorted((one, other) => one - other));
      expect((await probe(path)).streams).to.have.length(2);
    });

    it('a file has both kinds or one of them, and is whole when the recorder has stopped or its pipeline has ended', async () => {
      const { endpoint, passes } = await source();
      const [whole, audio, video] = [newPath(), newPath(), newPath()];
      const [, ...alone] = await Promise.all([
        record(endpoint, whole),
        record(endpoint, audio, ['audio']),
        record(endpoint, video, ['video']),
      ]);
      await passes(30);
      await Promise.all(alone.map((recorder) => recorder.stop()));
      stage().pipeline.release();
      if (server().recordings === undefined) return;
      await until('the file is whole', async () => (await writtenSoFar(whole))?.isWhole === true);
      const found = await Promise.all([whole, audio, video].map(async (path) => (await probe(path)).streams));
      const codecs = found.map((streams) => streams.map(({ codec_name: codec }) => codec).sort());
      expect(codecs).to.deep.equal([['opus', 'vp8'], ['opus'], ['vp8']]);
    });
  });
}
