import { element, elementHead, float, idBytes, ids, longSize, padded, text, unsigned } from '../../../ebml.js';
import type { Codec } from '../codecs/codec.js';
import type { Frame } from '../codecs/frame.js';
import type { RecordingFile } from './recording-file.js';

/** Bytes that are kept free at the beginning, for elements that are known later. */
const seekHeadSize = 128;
const tracksSize = 4096;
/**
 * A cluster ends after this many ms, or bytes. So much is lost when the process dies, and so much is held in memory.
 */
const clusterMs = 1000;
const clusterBytes = 2 * 1024 * 1024;

export interface TrackFormat {
  readonly codec: Codec;
  /** In pixels. */
  readonly width?: number;
  readonly height?: number;
  readonly codecPrivate?: Buffer;
}

interface Cluster {
  /** Time of its first block, in ms. */
  readonly start: number;
  readonly chunks: Buffer[];
  bytes: number;
}

/**
 * Writes WebM, or Matroska when it contains a codec that WebM does not have. It writes whole clusters only: the file
 * can be played as far as it goes, whenever writing ends. `finish` adds the index for seeking.
 */
export class WebmWriter {
  readonly #file: RecordingFile;
  readonly #tracks: TrackFormat[] = [];
  readonly #cues: { readonly time: number; readonly track: number; readonly position: number }[] = [];
  readonly #segment: number;
  readonly #afterHead: number;
  #cluster: Cluster | undefined;
  #end = 0;

  constructor(file: RecordingFile) {
    this.#file = file;
    const head = ebmlHeader('webm');
    this.#segment = head.length + 12;
    const info = this.#info();
    this.#afterHead = this.#segment + seekHeadSize + info.length;
    file.append([
      head,
      idBytes(ids.segment),
      longSize(),
      padded(Buffer.alloc(0), seekHeadSize),
      info,
      padded(Buffer.alloc(0), tracksSize),
    ]);
  }

  /** Returns the number of the track. A track may be added at any time. */
  addTrack(format: TrackFormat): number {
    this.#tracks.push(format);
    const entries = this.#tracks.map((track, index) => trackEntry(track, index + 1));
    this.#file.overwrite(this.#afterHead, padded(element(ids.tracks, ...entries), tracksSize));
    if (!format.codec.matroska.inWebm) this.#file.overwrite(0, ebmlHeader('matroska'));
    return this.#tracks.length;
  }

  /** `time`: in ms since the beginning of the file. */
  write(track: number, frame: Frame, time: number): void {
    const beginsPicture = frame.isKey && this.#tracks[track - 1]?.codec.kind === 'video';
    const cluster = this.#cluster;
    if (
      cluster &&
      (beginsPicture ||
        time - cluster.start >= clusterMs ||
        cluster.start - time > 30_000 ||
        cluster.bytes >= clusterBytes)
    ) {
      this.#flush();
    }
    this.#cluster ??= this.#begin(time);
    if (beginsPicture || (this.#tracks.length === 1 && this.#cluster.bytes === 0)) this.#cue(track, time);
    const size = frame.chunks.reduce((sum, { length }) => sum + length, 4);
    const head = Buffer.alloc(4);
    head[0] = 0x80 | track;
    head.writeInt16BE(time - this.#cluster.start, 1);
    head[3] = frame.isKey ? 0x80 : 0;
    this.#cluster.chunks.push(elementHead(ids.simpleBlock, size), head, ...frame.chunks);
    this.#cluster.bytes += size;
    this.#end = Math.max(this.#end, time);
  }

  /** Ends the file, which the caller closes. */
  finish(): void {
    this.#flush();
    const cues = this.#file.length;
    if (this.#cues.length > 0) this.#file.append([element(ids.cues, ...this.#cues.map(cuePoint))]);
    const seeks = [
      seek(ids.info, seekHeadSize),
      seek(ids.tracks, this.#afterHead - this.#segment),
      ...(this.#cues.length > 0 ? [seek(ids.cues, cues - this.#segment)] : []),
    ];
    this.#file.overwrite(this.#segment, padded(element(ids.seekHead, ...seeks), seekHeadSize));
    this.#file.overwrite(this.#segment + seekHeadSize, this.#info(this.#end));
    this.#file.overwrite(this.#segment - 8, longSize(this.#file.length - this.#segment));
  }

  #begin(start: number): Cluster {
    return { start, chunks: [], bytes: 0 };
  }

  #cue(track: number, time: number): void {
    this.#cues.push({ time, track, position: this.#file.length - this.#segment });
  }

  #flush(): void {
    const cluster = this.#cluster;
    if (!cluster) return;
    this.#cluster = undefined;
    const timestamp = unsigned(ids.timestamp, cluster.start);
    const size = cluster.chunks.reduce((sum, { length }) => sum + length, timestamp.length);
    this.#file.append([elementHead(ids.cluster, size), timestamp, ...cluster.chunks]);
  }

  /** `duration`: in ms. The element has the same length with it and without. */
  #info(duration?: number): Buffer {
    const app = [text(ids.muxingApp, 'atrium'), text(ids.writingApp, 'atrium')];
    const length = duration === undefined ? element(ids.void, Buffer.alloc(9)) : float(ids.duration, duration);
    return element(ids.info, unsigned(ids.timestampScale, 1_000_000), ...app, length);
  }
}

/** The header has the same length for both: a text may end in zeros (RFC 8794 §7.4). */
function ebmlHeader(docType: 'webm' | 'matroska'): Buffer {
  return element(
    ids.ebml,
    unsigned(ids.ebmlVersion, 1),
    unsigned(ids.ebmlReadVersion, 1),
    unsigned(ids.ebmlMaxIdLength, 4),
    unsigned(ids.ebmlMaxSizeLength, 8),
    text(ids.docType, docType.padEnd(8, '\0')),
    unsigned(ids.docTypeVersion, 4),
    unsigned(ids.docTypeReadVersion, 2),
  );
}

function trackEntry({ codec, width = 0, height = 0, codecPrivate }: TrackFormat, number: number): Buffer {
  const { kind, matroska, clockRate, channels = 1 } = codec;
  const isAudio = kind === 'audio';
  return element(
    ids.trackEntry,
    unsigned(ids.trackNumber, number),
    unsigned(ids.trackUid, number),
    unsigned(ids.trackType, isAudio ? 2 : 1),
    unsigned(ids.flagLacing, 0),
    text(ids.codecId, matroska.id),
    ...(codecPrivate ? [element(ids.codecPrivate, codecPrivate)] : []),
    ...(isAudio
      ? [
          ...(matroska.seekPreRoll === undefined ? [] : [unsigned(ids.seekPreRoll, matroska.seekPreRoll)]),
          element(ids.audio, float(ids.samplingFrequency, clockRate), unsigned(ids.channels, channels)),
        ]
      : [element(ids.video, unsigned(ids.pixelWidth, width), unsigned(ids.pixelHeight, height))]),
  );
}

function seek(id: number, position: number): Buffer {
  return element(ids.seek, element(ids.seekId, idBytes(id)), unsigned(ids.seekPosition, position));
}

function cuePoint({ time, track, position }: { time: number; track: number; position: number }): Buffer {
  const positions = [unsigned(ids.cueTrack, track), unsigned(ids.cueClusterPosition, position)];
  return element(ids.cuePoint, unsigned(ids.cueTime, time), element(ids.cueTrackPositions, ...positions));
}
