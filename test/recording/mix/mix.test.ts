import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readContents } from '../../../recording/file-contents.js';
import type { Manifest, RecordedFile } from '../../../recording/manifest.js';
import { manifestText } from '../../../recording/manifest-text.js';
import { atrium } from '../../src/cli/atrium.js';
import { probe } from '../../support/ffprobe.js';
import { made } from '../webm/written.js';

const id = 'REC_mixed00000000000';

/** Each file is the same clip, with a flash and a beep in it. In s. */
const clip = { length: 3, at: 0.9, flashes: 0.2 };

let clipOnce: Buffer | undefined;

function madeClip(): Buffer {
  const { length, at, flashes } = clip;
  const flash = `drawbox=color=white:t=fill:enable='between(t,${at},${at + flashes})'`;
  const beep = `if(between(t\\,${at}\\,${at + flashes})\\,0.5*sin(2*PI*440*t)\\,0)`;
  const pictures = ['-f', 'lavfi', '-i', `color=0x505050:s=80x60:r=25:d=${length},${flash}`];
  const sound = ['-f', 'lavfi', '-i', `aevalsrc=${beep}:s=48000:d=${length}`];
  return (clipOnce ??= made('clip.webm', ...pictures, ...sound, ...encoders));
}

const encoders = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', '50', '-c:a', 'libopus'];

/** A participant, and when they begin to send on the clock of the recording, in s. */
interface Sent {
  readonly who: string;
  readonly from: number;
}

describe('npx atrium recording mix', function () {
  this.timeout(120_000);
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'atrium-mix-'));
    mkdirSync(join(directory, id));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  async function record(sent: readonly Sent[], more: Partial<Manifest> = {}): Promise<void> {
    const files: RecordedFile[] = [];
    for (const [number, { who, from }] of sent.entries()) {
      const file = `000${number + 1}-camera.webm`;
      const path = join(directory, id, file);
      writeFileSync(path, madeClip());
      files.push({
        ...{ file, participant: { id: who, sid: `PA_${who}`, name: who }, stream: 'webcam', source: 'camera' },
        ...{ kinds: ['audio', 'video'], offsetMs: from * 1_000, muted: {}, stored: null },
        ...(await readContents(path, true)),
      });
    }
    const manifest: Manifest = {
      ...{ version: 1, id, room: { name: 'garden', sid: 'RM_garden' }, name: '', target: {}, state: 'ready' },
      ...{ startedAt: '2026-11-28T09:00:00.000Z', durationMs: 0, files, events: [] },
      ...more,
    };
    writeFileSync(join(directory, id, 'manifest.json'), manifestText(manifest));
  }

  async function mixed(name: string, ...flags: readonly string[]): Promise<string> {
    const out = join(directory, name);
    const { code, told } = await atrium(['recording', 'mix', id, '-o', out, '--size', '160x90', ...flags], {
      RECORDINGS_DIR: directory,
    });
    expect(code, told).to.equal(0);
    expect(readdirSync(directory).sort()).to.deep.equal([id, name].sort());
    return out;
  }

  /** That the flash and the beep of each are within 100 ms of each other, and of when they were sent. */
  function expectInTime({ frames, loudness }: Seen, sent: readonly Sent[]): void {
    const [flashes, beeps] = [onsets(frames, 25, 180), onsets(loudness, 100, 2_000)];
    expect([flashes.length, beeps.length]).to.deep.equal([sent.length, sent.length]);
    for (const [at, { from }] of sent.entries()) {
      expect(flashes[at]).to.be.closeTo(from + clip.at, 0.1);
      expect(beeps[at]).to.be.closeTo(flashes[at] ?? 0, 0.1);
    }
  }

  it('makes MP4 of three people, each seen and heard at their time, from when they come to when they go', async () => {
    const sent = [
      { who: 'ana', from: 0.412 },
      { who: 'ben', from: 1.307 },
      { who: 'cem', from: 2.25 },
    ];
    await record(sent, { durationMs: 5_250 });
    const out = await mixed('mixed.mp4');
    const { streams, format } = await probe(out);
    expect(streams.map(({ codec_name: codec }) => codec).sort()).to.deep.equal(['aac', 'h264']);
    expect(format.duration).to.be.closeTo(5.25, 0.1);
    const seen = seenIn(out);
    expectInTime(seen, sent);
    // One in the whole height, with bars beside it; two next to each other; three in two rows; and back.
    const widths = [0.2, 0.8, 2, 2.8, 3.8, 4.8].map((s) => shownWidth(seen, s));
    expect(widths).to.deep.equal([0, 24, 32, 28, 32, 24]);
  });

  it('makes WebM too, and shows the one who speaks large', async () => {
    const sent = [
      { who: 'ana', from: 0 },
      { who: 'ben', from: 0.52 },
    ];
    await record(sent, { events: [{ atMs: 0, type: 'speaker', id: 'ben' }] });
    const out = await mixed('mixed.webm', '--layout', 'speaker');
    const { streams, format } = await probe(out);
    expect(streams.map(({ codec_name: codec }) => codec).sort()).to.deep.equal(['opus', 'vp8']);
    expect(format.duration).to.be.closeTo(0.52 + clip.length, 0.1);
    const seen = seenIn(out);
    expectInTime(seen, sent);
    const lightAt = (s: number): number => mean(seen.frames[Math.round(s * 25)]);
    const [before, anasFlash, bensFlash] = [lightAt(0.8), lightAt(1), lightAt(1.52)];
    // The large tile is nine times as large as the other one.
    expect(bensFlash - before).to.be.above(50);
    expect(anasFlash - before).to.be.within(2, 15);
  });

  it('holds a picture that came long before, as of a screen that stands still', async () => {
    await record([
      { who: 'ana', from: 0 },
      { who: 'ben', from: 1 },
    ]);
    const still = ['-f', 'lavfi', '-i', 'color=0x505050:s=80x60:r=1:d=3', '-f', 'lavfi', '-i', 'anullsrc=d=3'];
    const two = ['-vf', "select='eq(n,0)+eq(n,2)'", '-vsync', 'vfr', ...encoders];
    writeFileSync(join(directory, id, '0001-camera.webm'), made('still.webm', ...still, ...two));
    expect(shownWidth(seenIn(await mixed('mixed.mp4')), 1.5)).to.equal(32);
  });

  it('says what is wrong', async () => {
    await record([{ who: 'ana', from: 0 }]);
    const env = { RECORDINGS_DIR: directory };
    const told = async (words: string, more: NodeJS.ProcessEnv = {}): Promise<string> => {
      const ended = await atrium(`recording mix ${words}`, { ...env, ...more });
      expect(ended.code, words).to.be.oneOf([1, 2]);
      return ended.told;
    };
    expect(await told('')).to.match(/^REC_… is needed/);
    expect(await told('REC_none')).to.match(/^There is no recording in /);
    expect(await told('../../etc/passwd')).to.match(/^There is no recording in /);
    expect(await told(`${id} -o x.avi`)).to.match(/^--out must end in \.mp4 or \.webm/);
    expect(await told(`${id} --layout heap`)).to.match(/^--layout must be grid or speaker/);
    expect(await told(`${id} -o ${directory}/${id}/manifest.json`)).to.match(/^--out must end/);
    const path = process.env.PATH;
    process.env.PATH = directory;
    try {
      expect(await told(`${id} -o ${directory}/a.mp4`)).to.match(/ffmpeg is needed, and is not installed/);
    } finally {
      process.env.PATH = path;
    }
    expect(existsSync(join(directory, 'a.mp4'))).to.equal(false);
    rmSync(join(directory, id, '0001-camera.webm'));
    expect(await told(`${id} -o ${directory}/a.mp4`)).to.match(/lacks 0001-camera\.webm: it cannot be mixed/);
  });
});

/** What is in a file. */
interface Seen {
  /** How light each of 32 by 18 parts of each picture is, 0 to 255. 25 pictures a second. */
  readonly frames: readonly (readonly number[])[];
  /** The loudest sample of each 10 ms. */
  readonly loudness: readonly (readonly number[])[];
}

/** Fails when ffmpeg has to complain of the file. */
function seenIn(path: string): Seen {
  const [light, heard] = [`${path}.gray`, `${path}.pcm`];
  const toLight = ['-map', '0:v', '-vf', 'scale=32:18:flags=area,format=gray', '-f', 'rawvideo', light];
  const toHeard = ['-map', '0:a', '-ac', '1', '-ar', '8000', '-f', 's16le', heard];
  const { stderr } = spawnSync('ffmpeg', ['-v', 'error', '-i', path, ...toLight, ...toHeard], { encoding: 'utf8' });
  expect(stderr).to.equal('');
  const [pictures, sound] = [readFileSync(light), readFileSync(heard)];
  return {
    frames: Array.from({ length: pictures.length / 576 }, (_, at) => [...pictures.subarray(at * 576, at * 576 + 576)]),
    loudness: Array.from({ length: Math.floor(sound.length / 160) }, (_, at) => [
      Math.max(...Array.from({ length: 80 }, (_each, sample) => Math.abs(sound.readInt16LE(at * 160 + sample * 2)))),
    ]),
  };
}

/** How wide what is shown at that time is, in 32 parts. */
function shownWidth({ frames }: Seen, s: number): number {
  const frame = frames[Math.round(s * 25)] ?? [];
  const columns = Array.from({ length: 32 }, (_, x) => frame.some((light, at) => at % 32 === x && light > 40));
  return columns.filter(Boolean).length;
}

/** When it begins to be above a limit, in s. */
function onsets(values: readonly (readonly number[])[], rate: number, limit: number): number[] {
  const above = values.map((each) => Math.max(...each) > limit);
  return above.flatMap((isAbove, at) => (isAbove && !above[at - 1] ? [at / rate] : []));
}

function mean(values: readonly number[] = []): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
