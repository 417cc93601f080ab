import { execFileSync } from 'node:child_process';
import { readLeb128 } from '../../media/embedded/codecs/leb128.js';
import { framesIn, packetsIn } from './demuxed.js';
import { rtp } from './rtp.js';
import type { RtpFields, Stream } from './rtp.js';

/** Real media from ffmpeg, for what decodes it: each picture or packet of sound by itself. */
export interface EncodedMedia {
  /** Time between two of them, in ticks of the RTP clock. */
  readonly ticks: number;
  readonly units: readonly Buffer[];
}

export type PictureCodec = 'VP8' | 'H264' | 'AV1';

export interface PictureOptions {
  readonly codec: PictureCodec;
  readonly size: readonly [width: number, height: number];
  readonly seconds: number;
  /** When it turns from dark to white, for 100 ms. In s. */
  readonly flashAt?: number;
  /** Pictures from one keyframe to the next. Default: the first one is the only one. */
  readonly keyEvery?: number;
}

const framesPerSecond = 25;
const h264Options = ['-x264-params', 'slices=1:aud=1', '-f', 'h264'];

/** Pictures at 25 a second, the first of which is a keyframe. */
export function encodedPictures({
  codec,
  size,
  seconds,
  flashAt = -1,
  keyEvery = 100_000,
}: PictureOptions): EncodedMedia {
  const source = `testsrc2=s=${size.join('x')}:r=${framesPerSecond}`;
  const flash = `drawbox=color=white:t=fill:enable='between(t,${flashAt},${flashAt + 0.099})'`;
  const film = `${source},lutyuv=y=16+val/5:u=128:v=128,${flash}`;
  const encoder = {
    VP8: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '4', '-auto-alt-ref', '0', '-f', 'ivf'],
    AV1: ['-c:v', 'libaom-av1', '-usage', 'realtime', '-cpu-used', '8', '-row-mt', '0', '-f', 'ivf'],
    H264: [...['-c:v', 'libx264', '-profile:v', 'baseline', '-tune', 'zerolatency', '-threads', '1'], ...h264Options],
  }[codec];
  const rate = ['-b:v', '500k', '-g', String(keyEvery)];
  const bytes = encode(['-f', 'lavfi', '-i', film, '-t', String(seconds), ...rate, ...encoder]);
  return { ticks: 90_000 / framesPerSecond, units: codec === 'H264' ? picturesOfH264(bytes) : framesIn(bytes) };
}

/** Opus in packets of 20 ms. Silence, and a tone of 100 ms. @param beepAt in s */
export function encodedSound(seconds: number, beepAt = -1): EncodedMedia {
  const beep = `aevalsrc=sin(2*PI*1000*t)*between(t\\,${beepAt}\\,${beepAt + 0.1}):s=48000:d=${seconds}`;
  const encoder = ['-c:a', 'libopus', '-frame_duration', '20', '-vbr', 'off', '-application', 'lowdelay'];
  return { ticks: 960, units: packetsIn(encode(['-f', 'lavfi', '-i', beep, ...encoder, '-f', 'ogg'])).packets };
}

/** RTP packets of one picture, which fits what is recorded of calls: 1200 bytes each. */
export function picturePackets(
  codec: PictureCodec,
  stream: Stream & Pick<RtpFields, 'sequence' | 'timestamp' | 'layerName'>,
  picture: Buffer,
): Buffer[] {
  const payloads = { VP8: vp8Payloads, H264: h264Payloads, AV1: av1Payloads }[codec](picture);
  return payloads.map((payload, index) =>
    rtp({ ...stream, sequence: stream.sequence + index, marker: index === payloads.length - 1, payload }),
  );
}

const mostBytes = 1200;

function vp8Payloads(frame: Buffer): Buffer[] {
  return parts(frame).map((part, index) => Buffer.concat([Buffer.from([index === 0 ? 0x10 : 0]), part]));
}

/** One unit after another, in fragments if they are long (AV1 RTP §4.4). Browsers leave the delimiter out. */
function av1Payloads(picture: Buffer): Buffer[] {
  return unitsOfAv1(picture).flatMap((unit, index) => {
    const isSequence = (unit[0] ?? 0) >> 3 === 1;
    const fragments = parts(unit);
    return fragments.map((part, place) => {
      const bounds = (place === 0 ? 0 : 0x80) | (place === fragments.length - 1 ? 0 : 0x40);
      return Buffer.concat([Buffer.from([bounds | 0x10 | (isSequence && index === 0 ? 0x08 : 0)]), part]);
    });
  });
}

/** Without their lengths, and without the delimiter that begins each picture. */
function unitsOfAv1(picture: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let at = 0; at < picture.length;) {
    const head = picture[at] ?? 0;
    const { value, end } = readLeb128(picture, at + 1) ?? { value: 0, end: picture.length };
    at = end + value;
    if (head >> 3 !== 2) units.push(Buffer.concat([Buffer.from([head & 0xfd]), picture.subarray(end, at)]));
  }
  return units;
}

/** One packet for each unit, in fragments if it is long (RFC 6184 §5.8). */
function h264Payloads(picture: Buffer): Buffer[] {
  return unitsOf(picture).flatMap((unit) => {
    if (unit.length <= mostBytes) return [unit];
    const [header = 0] = unit;
    const fragments = parts(unit.subarray(1));
    return fragments.map((part, index) => {
      const bounds = (index === 0 ? 0x80 : 0) | (index === fragments.length - 1 ? 0x40 : 0);
      return Buffer.concat([Buffer.from([(header & 0xe0) | 28, bounds | (header & 0x1f)]), part]);
    });
  });
}

function parts(bytes: Buffer): Buffer[] {
  const count = Math.max(1, Math.ceil(bytes.length / mostBytes));
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * mostBytes, (index + 1) * mostBytes));
}

function encode(args: readonly string[]): Buffer {
  return execFileSync('ffmpeg', ['-v', 'error', ...args, 'pipe:1'], { maxBuffer: 64 * 1024 * 1024 });
}

/** Each begins with an access unit delimiter, which is left out, as browsers do. */
function picturesOfH264(bytes: Buffer): Buffer[] {
  const pictures: Buffer[][] = [];
  for (const unit of unitsOf(bytes)) {
    if (((unit[0] ?? 0) & 0x1f) === 9) pictures.push([]);
    else pictures.at(-1)?.push(Buffer.from([0, 0, 1]), unit);
  }
  return pictures.map((units) => Buffer.concat(units));
}

/** Units between start codes of three or four bytes. */
function unitsOf(bytes: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf('000001', 0, 'hex'); at !== -1; at = bytes.indexOf('000001', at + 3, 'hex')) {
    starts.push(at + 3);
  }
  return starts.map((start, index) => {
    const next = starts[index + 1];
    let end = next === undefined ? bytes.length : next - 3;
    while (end > start && bytes[end - 1] === 0) end -= 1;
    return bytes.subarray(start, end);
  });
}
