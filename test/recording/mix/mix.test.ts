import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readContents } from '../../../recording/file-contents.js';
import type { Manifest, RecordedFile } from '../../../recording/manifest.js';
import { manifestText } from '../../../recording/manifest-text.js';
import { atrium } from '../../src/cli/atrium.js';
import { complaints, probe } from '../../support/ffprobe.js';
import { made } from '../webm/written.js';

const id = 'REC_mixed00000000000';

/** In s: on the recording's clock. `at`: of a flash and a beep of 200 ms. */
interface Sent {
  readonly who: string;
  readonly from: number;
  readonly to: number;
  readonly at?: number;
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
    for (const [number, { who, from, to, at }] of sent.entries()) {
      const length = to - from;
      const [begin, end] = at === undefined ? [99, 99] : [at - from, at - from + 0.2];
      const file = `000${number + 1}-camera.webm`;
      const path = join(directory, id, file);
      const flash = `drawbox=color=white:t=fill:enable='between(t,${begin},${end})'`;
      const beep = `if(between(t\\,${begin}\\,${end})\\,0.5*sin(2*PI*440*t)\\,0)`;
      const pictures = ['-f', 'lavfi', '-i', `color=0x505050:s=160x120:r=25:d=${length},${flash}`];
      const sound = ['-f', 'lavfi', '-i', `aevalsrc=${beep}:s=48000:d=${length}`];
      writeFileSync(path, made('file.webm', ...pictures, ...sound, '-c:v', 'libvpx', '-g', '50', '-c:a', 'libopus'));
      files.push({
        ...{ file, participant: { id: who, sid: `PA_${who}`, name: who }, stream: 'webcam', source: 'camera' },
        ...{ kinds: ['audio', 'video'], offsetMs: from * 1_000, muted: {}, stored: null },
        ...(await readContents(path, true)),
      });
    }
    const manifest: Manifest = {
      ...{ version: 1, id, room: { name: 'garden', sid: 'RM_garden' }, name: '', target: {}, state: 'ready' },
      ...{ startedAt: '2026-11-28T09:00:00.000Z', durationMs: 6_000, files, events: [] },
      ...more,
    };
    writeFileSync(join(directory, id, 'manifest.json'), manifestText(manifest));
  }

  async function mixed(name: string, ...flags: readonly string[]): Promise<string> {
    const out = join(directory, name);
    const { code, told } = await atrium(['recording', 'mix', id, '-o', out, '--size', '320x180', ...flags], {
      RECORDINGS_DIR: directory,
    });
    expect(code, told).to.equal(0);
    return out;
  }

  for (const [name, codecs] of [
    ['mixed.mp4', ['aac', 'h264']],
    ['mixed.webm', ['opus', 'vp8']],
  ] as const) {
    it(`makes ${name} of three people, in which each flash is within 100 ms of its beep and of its time`, async () => {
      await record([
        { who: 'ana', from: 0.412, to: 5.9, at: 1.9 },
        { who: 'ben', from: 1.307, to: 5.031, at: 3.1 },
        { who: 'cem', from: 2.25, to: 5.5, at: 4.3 },
      ]);
      const out = await mixed(name);
      const { streams, format } = await probe(out);
      expect(streams.map(({ codec_name: codec }) => codec).sort()).to.deep.equal(codecs);
      expect(format.duration).to.be.closeTo(6, 0.1);
      expect(await complaints(out)).to.equal('');
      const [flashes, beeps] = [onsets(brightness(out), 25, 180), onsets(loudness(out), 100, 2_000)];
      expect(flashes.length).to.equal(3);
      expect(beeps.length).to.equal(3);
      for (const [at, expected] of [1.9, 3.1, 4.3].entries()) {
        expect(flashes[at]).to.be.closeTo(expected, 0.1);
        expect(beeps[at]).to.be.closeTo(flashes[at] ?? 0, 0.1);
      }
      expect(readdirSync(directory).sort()).to.deep.equal([id, name].sort());
    });
  }

  it('shows people from when they come to when they go', async () => {
    await record([
      { who: 'ana', from: 1, to: 5 },
      { who: 'ben', from: 2, to: 4 },
    ]);
    const frames = brightness(await mixed('mixed.mp4'));
    // One in the whole height, with bars beside it; two next to each other; one again.
    const widths = [0.5, 1.5, 3, 4.5, 5.5].map((s) => shownWidth(frames, s));
    expect(widths).to.deep.equal([0, 24, 32, 24, 0]);
  });

  it('holds a picture that came long before, as of a screen that stands still', async () => {
    await record([
      { who: 'ana', from: 0, to: 6 },
      { who: 'ben', from: 4, to: 6 },
    ]);
    const still = ['-f', 'lavfi', '-i', 'color=0x505050:s=160x120:r=1:d=6', '-f', 'lavfi', '-i', 'anullsrc=d=6'];
    const coded = ['-vf', "select='eq(n,0)+eq(n,5)'", '-vsync', 'vfr', '-c:v', 'libvpx', '-c:a', 'libopus'];
    writeFileSync(join(directory, id, '0001-camera.webm'), made('still.webm', ...still, ...coded));
    expect(shownWidth(brightness(await mixed('mixed.mp4')), 4.5)).to.equal(32);
  });

  it('shows the one who speaks large', async () => {
    await record(
      [
        { who: 'ana', from: 0, to: 6 },
        { who: 'ben', from: 0, to: 6, at: 3 },
      ],
      { events: [{ atMs: 0, type: 'speaker', id: 'ben' }] },
    );
    const out = await mixed('mixed.mp4', '--layout', 'speaker');
    const before = mean(brightness(out)[2 * 25]);
    const during = mean(brightness(out)[Math.round(3.1 * 25)]);
    // The large tile is nine times as large as the other one.
    expect(during - before).to.be.above(50);
  });

  it('says what is wrong', async () => {
    await record([{ who: 'ana', from: 0, to: 1 }]);
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

/** How light each of 32 by 18 parts of each picture is, 0 to 255. */
function brightness(path: string): number[][] {
  const parts = 'scale=32:18:flags=area,format=gray';
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-vf', parts, '-f', 'rawvideo', '-'], {
    maxBuffer: 1e8,
  });
  return Array.from({ length: raw.length / 576 }, (_, at) => [...raw.subarray(at * 576, at * 576 + 576)]);
}

/** How wide what is shown at that time is, in 32 parts. */
function shownWidth(frames: readonly (readonly number[])[], s: number): number {
  const frame = frames[Math.round(s * 25)] ?? [];
  const columns = Array.from({ length: 32 }, (_, x) => frame.some((light, at) => at % 32 === x && light > 40));
  return columns.filter(Boolean).length;
}

/** The loudest sample of each 10 ms. */
function loudness(path: string): number[][] {
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-ac', '1', '-ar', '8000', '-f', 's16le', '-'], {
    maxBuffer: 1e8,
  });
  return Array.from({ length: Math.floor(raw.length / 160) }, (_, at) => [
    Math.max(...Array.from({ length: 80 }, (_each, sample) => Math.abs(raw.readInt16LE(at * 160 + sample * 2)))),
  ]);
}

/** When it begins to be above a limit, in s. */
function onsets(values: readonly (readonly number[])[], rate: number, limit: number): number[] {
  const above = values.map((each) => Math.max(...each) > limit);
  return above.flatMap((isAbove, at) => (isAbove && !above[at - 1] ? [at / rate] : []));
}

function mean(values: readonly number[] = []): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
