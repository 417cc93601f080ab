import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { PassThrough } from '../../../../media/embedded/objects/pass-through.js';
import { RecorderEndpoint } from '../../../../media/embedded/objects/recorder-endpoint.js';
import { complaints, probe } from '../../../support/ffprobe.js';
import { audioPacket, rtp, videoPacket } from '../../../support/rtp.js';
import { codeOf } from '../../../support/rejection.js';
import { SmallDisk } from '../../../support/small-disk.js';
import { until } from '../../../support/until.js';
import { TestEngine, type Peer } from '../engine.js';

describe('RecorderEndpoint', () => {
  let outside: string;
  let directory: string;
  let engine: TestEngine;
  let ann: Peer;

  beforeEach(() => {
    outside = mkdtempSync(join(tmpdir(), 'recorder-'));
    directory = join(outside, 'recordings');
    mkdirSync(directory);
    engine = new TestEngine(directory);
    ann = engine.publisher();
  });
  afterEach(() => {
    engine.server.stop();
    rmSync(outside, { recursive: true });
  });

  function recorder(
    uri: string,
    mediaProfile = 'WEBM',
    more: Readonly<Record<string, unknown>> = {},
  ): RecorderEndpoint {
    const params = { mediaPipeline: engine.pipeline.id, uri, mediaProfile, ...more };
    const made = engine.server.create('RecorderEndpoint', params);
    if (!(made instanceof RecorderEndpoint)) throw new Error('no recorder');
    return made;
  }

  function recording(name: string, mediaProfile?: string): RecorderEndpoint {
    const made = recorder(pathToFileURL(join(directory, name)).href, mediaProfile);
    for (const type of ['AUDIO', 'VIDEO'] as const) ann.endpoint.connect(made, type);
    made.record();
    return made;
  }

  function sendSound(count: number, first = 1): void {
    for (let sequence = first; sequence < first + count; sequence++) {
      ann.transport.listener.rtp(audioPacket({ payloadType: 111, ssrc: 7 }, sequence));
      engine.pass(20);
    }
  }

  /** Errors that are told, by their kind. */
  function refusals(): string[] {
    return engine.log.filter((line) => line.includes('a recording failed'));
  }

  it('makes a file of sound alone when no picture comes', async () => {
    const made = recording('sound.webm');
    sendSound(100);
    await made.stop();
    const { streams, format } = await probe(join(directory, 'sound.webm'));
    expect(streams.map(({ codec_name }) => codec_name)).to.deep.equal(['opus']);
    expect(streams[0]?.nb_read_frames).to.equal(100);
    expect(format.duration).to.be.within(1.9, 2.1);
    expect(await complaints(join(directory, 'sound.webm'))).to.equal('');
  });

  it('leaves the time of a pause out', async () => {
    const made = recording('paused.webm');
    sendSound(50);
    made.pause();
    expect(made.state).to.equal('PAUSE');
    sendSound(500, 51);
    made.record();
    sendSound(50, 551);
    await made.stop();
    const { streams, format } = await probe(join(directory, 'paused.webm'));
    expect(streams[0]?.nb_read_frames).to.equal(100);
    expect(format.duration).to.be.within(1.9, 2.1);
  });

  it('keeps to its profile', async () => {
    const made = recording('picture.webm', 'WEBM_VIDEO_ONLY');
    sendSound(10);
    for (let sequence = 1; sequence <= 10; sequence++) {
      ann.transport.listener.rtp(videoPacket({ payloadType: 96, ssrc: 8 }, sequence));
      engine.pass(20);
    }
    await made.stop();
    const { streams } = await probe(join(directory, 'picture.webm'));
    expect(streams.map(({ codec_name, width }) => [codec_name, width])).to.deep.equal([['vp8', 16]]);
  });

  it('makes no file when nothing arrives', async () => {
    const made = recording('nothing.webm');
    await made.stop();
    expect(existsSync(join(directory, 'nothing.webm'))).to.equal(false);
    expect(made.state).to.equal('STOP');
  });

  it('completes the file when it is released while it records', async () => {
    const made = recording('released.webm');
    sendSound(50);
    engine.server.release(made.id);
    await made.context.recordings.settled();
    expect((await probe(join(directory, 'released.webm'))).format.duration).to.be.within(0.9, 1.1);
  });

  it('leaves a file that plays when the process dies half way', async () => {
    const made = recording('cut.webm');
    sendSound(200);
    const path = join(directory, 'cut.webm');
    // What is on the disk after the last whole cluster, before anything is completed.
    let cut: Buffer;
    const deadline = Date.now() + 5000;
    do {
      await new Promise((resolve) => setImmediate(resolve));
      cut = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    } while (cut.length < 4500 && Date.now() < deadline);
    writeFileSync(join(directory, 'copy.webm'), cut);
    expect((await probe(join(directory, 'copy.webm'))).streams[0]?.nb_read_frames).to.be.greaterThan(40);
    await made.stop();
  });

  it('records no second time into a file that is there, unless that was wished', async () => {
    for (const overwrite of [false, true]) {
      engine.server.stop();
      engine = new TestEngine(directory, { overwrite });
      ann = engine.publisher();
      const made = recording(`twice-${overwrite}.webm`);
      sendSound(100);
      await made.stop();
      made.record();
      sendSound(50, 101);
      await made.stop();
      const { format } = await probe(join(directory, `twice-${overwrite}.webm`));
      expect(format.duration).to.be.within(overwrite ? 0.9 : 1.9, overwrite ? 1.1 : 2.1);
      expect(refusals()).to.have.length(overwrite ? 0 : 1);
    }
  });

  it('makes files that their owner alone can read', async () => {
    const made = recording('private.webm');
    sendSound(50);
    await made.stop();
    expect(statSync(join(directory, 'private.webm')).mode & 0o777).to.equal(0o600);
  });

  describe('asks for a keyframe', () => {
    /** A VP8 picture that is none. */
    const picture = (sequence: number): Buffer =>
      rtp({ payloadType: 96, ssrc: 8, sequence, timestamp: sequence * 1800, marker: true });

    /** How often it asks while pictures come. Those at `keyframes` are keyframes, and those at `lost` do not come. */
    function requests(ms: number, keyframes: readonly number[] = [], lost: readonly number[] = []): number {
      ann.transport.rtcp.length = 0;
      for (let at = 0; at < ms; at += 20) {
        sequence += 1;
        const bytes = keyframes.includes(at) ? videoPacket({ payloadType: 96, ssrc: 8 }, sequence) : picture(sequence);
        if (!lost.includes(at)) ann.transport.listener.rtp(bytes);
        engine.pass(20);
      }
      return ann.receivedRtcp('pictureLoss').length;
    }
    let sequence: number;

    beforeEach(() => {
      sequence = 0;
    });

    it('at its start and after a pause, until one comes', () => {
      const made = recording('a.webm');
      expect(requests(1000), 'it waits for the first one').to.be.within(3, 4);
      expect(requests(5000, [0])).to.equal(0);
      made.pause();
      expect(requests(5000)).to.equal(0);
      made.record();
      expect(requests(1000)).to.be.within(3, 4);
      expect(requests(2000, [0])).to.equal(0);
    });

    it('after a loss that nobody made good', () => {
      recording('a.webm');
      requests(100, [0]);
      expect(requests(2000, [1000], [200])).to.be.within(1, 3);
      expect(requests(2000)).to.equal(0);
    });

    it('when none has come for 10 s, and no sooner', () => {
      recording('a.webm');
      requests(100, [0]);
      expect(requests(9500)).to.equal(0);
      expect(requests(1000, [800])).to.be.within(1, 3);
      expect(requests(9500), 'ten seconds after the one that came').to.equal(0);
    });

    it('never without need where that was wished', () => {
      engine.server.stop();
      engine = new TestEngine(directory, { keyframeMs: 0 });
      ann = engine.publisher();
      recording('a.webm');
      requests(100, [0]);
      expect(requests(60_000)).to.equal(0);
    });
  });

  // A real file system: a full one writes the beginning of a cluster, and refuses the rest at the next attempt.
  it('ends with its Error event when the disk is full, and leaves a file that plays up to the last whole cluster', async function () {
    const disk = SmallDisk.mount(16 * 1024);
    if (!disk) {
      this.skip();
      return;
    }
    try {
      const small = new TestEngine(disk.path);
      engine.server.stop();
      engine = small;
      ann = engine.publisher();
      const made = recorder('full.webm');
      const events: unknown[] = [];
      const session = engine.server.sessions.open();
      session.channel = { send: (text) => events.push(JSON.parse(text)) };
      engine.server.subscriptions.add(session, made, 'Error');
      ann.endpoint.connect(made, 'AUDIO');
      made.record();
      sendSound(3000);
      await until('it has failed', () => refusals().length > 0);
      const path = join(disk.path, 'full.webm');
      const before = readFileSync(path);
      sendSound(100, 3001);
      await made.stop();
      expect(readFileSync(path).equals(before), 'nothing more is written').to.equal(true);
      expect(refusals()).to.have.lengthOf(1);
      expect(refusals()[0]).to.include('"uri":"full.webm"').and.include('ENOSPC');
      expect(events, 'as a KMS tells it').to.have.lengthOf(2);
      expect(events[0]).to.have.nested.include({
        'params.value.type': 'Error',
        'params.value.data.type': 'RESOURCE_ERROR_NO_SPACE_LEFT',
        'params.value.data.errorCode': 14,
      });
      const { streams } = await probe(path);
      expect(Number(streams[0]?.nb_read_frames)).to.be.within(200, 2900);
      // A cluster has the sound of a second.
      expect(Number(streams[0]?.nb_read_frames) % 50, 'whole clusters').to.be.lessThan(2);
      expect(await complaints(path)).to.equal('');
    } finally {
      disk.unmount();
    }
  });

  it('tells a uri that is refused, and the media goes on', async () => {
    const bob = engine.subscriber(ann);
    const uris = ['../precious.webm', 'no-such-directory/x.webm', 'http://example.org/x.webm', ''];
    for (const uri of uris) {
      const made = recorder(uri);
      ann.endpoint.connect(made, 'AUDIO');
      made.record();
      sendSound(60);
      await made.stop();
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(refusals()).to.have.length(uris.length);
    expect(bob.received(111)).to.have.length(60);
  });

  describe('with stopOnEndOfStream', () => {
    const stopping = (uri: string): RecorderEndpoint => recorder(uri, 'WEBM', { stopOnEndOfStream: true });

    it('completes the file when the source has lost its client', async () => {
      const made = stopping('left.webm');
      for (const type of ['AUDIO', 'VIDEO'] as const) ann.endpoint.connect(made, type);
      made.record();
      sendSound(50);
      ann.transport.become('disconnected');
      expect(made.state, 'it may come back').to.equal('START');
      ann.transport.become('closed');
      expect(made.state).to.equal('STOP');
      await made.stop();
      expect((await probe(join(directory, 'left.webm'))).format.duration).to.be.within(0.9, 1.1);
    });

    it('waits for the last of its sources to be released', () => {
      const bob = engine.publisher();
      const made = stopping('two.webm');
      ann.endpoint.connect(made, 'AUDIO');
      bob.endpoint.connect(made, 'VIDEO');
      made.record();
      sendSound(10);
      engine.server.release(ann.endpoint.id);
      expect(made.state).to.equal('START');
      engine.server.release(bob.endpoint.id);
      expect(made.state).to.equal('STOP');
    });

    it('hears of an end through a PassThrough, and goes on with another source', () => {
      const through = engine.server.create('PassThrough', { mediaPipeline: engine.pipeline.id });
      if (!(through instanceof PassThrough)) throw new Error('no PassThrough');
      const made = stopping('through.webm');
      ann.endpoint.connect(through, 'AUDIO');
      through.connect(made, 'AUDIO');
      made.record();
      sendSound(10);
      const bob = engine.publisher();
      bob.endpoint.connect(through, 'AUDIO');
      ann.transport.become('failed');
      expect(made.state).to.equal('START');
      bob.transport.become('failed');
      expect(made.state).to.equal('STOP');
    });
  });

  it('goes on after the end of its source when nothing else was wished', () => {
    const made = recording('on.webm');
    sendSound(10);
    ann.transport.become('closed');
    expect(made.state).to.equal('START');
  });

  it('refuses formats it cannot write', async () => {
    expect(await codeOf(() => recorder('x.mp4', 'MP4'))).to.equal(40005);
    expect(await codeOf(() => recorder('x.webm', 'GIF'))).to.equal(40001);
  });
});
