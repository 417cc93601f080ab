import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { opus } from '../../../media/embedded/codecs/opus.js';
import { vp8 } from '../../../media/embedded/codecs/vp8.js';
import { RecordingFile } from '../../../media/embedded/recorder/recording-file.js';
import { WebmWriter } from '../../../media/embedded/recorder/webm-writer.js';
import { framesIn, packetsIn } from '../../support/demuxed.js';

/** What ffmpeg makes of these arguments. @param name of the file, whose end says what is made */
export function made(name: string, ...args: readonly string[]): Buffer {
  return inFolder((folder) => {
    execFileSync('ffmpeg', ['-v', 'error', ...args, join(folder, name)]);
    return readFileSync(join(folder, name));
  });
}

/** Ten pictures and fifty packets of sound for each second. */
const seconds = 4;
const sources = [
  ...['-f', 'lavfi', '-i', `testsrc=size=160x120:rate=10:duration=${seconds}`],
  ...['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`],
];
const fastVp8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8'];

interface Encoded {
  readonly seen: readonly Buffer[];
  readonly heard: ReturnType<typeof packetsIn>;
}

let encodedOnce: Encoded | undefined;

/** What each file of the engine is made of: encoded once. */
function encoded(): Encoded {
  return (encodedOnce ??= inFolder((folder) => {
    const [pictures, sound] = [join(folder, 'pictures.ivf'), join(folder, 'sound.ogg')];
    const toPictures = ['-map', '0:v', ...fastVp8, '-g', '20', pictures];
    const toSound = ['-map', '1:a', '-c:a', 'libopus', '-frame_duration', '20', sound];
    execFileSync('ffmpeg', ['-v', 'error', ...sources, ...toPictures, ...toSound]);
    return { seen: framesIn(readFileSync(pictures)), heard: packetsIn(readFileSync(sound)) };
  }));
}

/** A file as the embedded engine writes it. */
export async function writtenByEngine({ isFinished = true } = {}): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-written-'));
  try {
    const path = join(folder, 'file.webm');
    const file = new RecordingFile(
      () => open(path, 'wx'),
      (error) => {
        throw error;
      },
    );
    const writer = new WebmWriter(file);
    const { heard, seen } = encoded();
    const audio = writer.addTrack({ codec: opus, codecPrivate: heard.head });
    const video = writer.addTrack({ codec: vp8, width: 160, height: 120 });
    for (let ms = 0; ms < seconds * 1_000; ms += 20) {
      const frame = ms % 100 === 0 ? seen[ms / 100] : undefined;
      // The lowest bit of a frame of VP8 says that it needs another one.
      if (frame) writer.write(video, { chunks: [frame], isKey: ((frame[0] ?? 0) & 1) === 0 }, ms);
      const packet = heard.packets[ms / 20];
      if (packet) writer.write(audio, { chunks: [packet], isKey: true }, ms);
    }
    if (isFinished) writer.finish();
    await file.close();
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A file as another program writes it. */
export function writtenByFfmpeg(...args: readonly string[]): Buffer {
  const coded = [...fastVp8, '-g', '10', '-c:a', 'libopus', '-cluster_time_limit', '500'];
  return made('file.webm', ...sources, ...coded, ...args);
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-made-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
