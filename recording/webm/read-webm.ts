import type { FileHandle } from 'node:fs/promises';
import { childrenOf, ids, longestHead, readHead, readUnsigned } from '../../ebml.js';
import type { ElementHead } from '../../ebml.js';
import { ByteSource } from './byte-source.js';
import { gapMs } from './outline.js';
import type { CuePlace, Mendable, Outline, Track } from './outline.js';

/** Elements that are read as a whole are shorter, but for those of a broken file. */
const longestRead = 1_048_576;
/** Head of a block behind the number of its track. */
const blockHead = 11;
/** An element that holds a number of eight bytes, and its void in a file that has no duration yet. */
const durationLength = 11;

const topLevel: ReadonlySet<number> = new Set([
  ...[ids.cluster, ids.cues, ids.tags, ids.info, ids.tracks, ids.seekHead, ids.chapters, ids.attachments],
]);

/**
 * Reads a file to its end: what is in it, and where it ends.
 * @param seen gets every byte, in order. @returns undefined for a file of another kind
 */
export async function readWebm(
  file: FileHandle,
  size: number,
  seen: (bytes: Buffer) => void = () => undefined,
): Promise<Outline | undefined> {
  const source = new ByteSource(file, size, seen);
  const outline = await new Reader(source).read();
  await source.finish();
  return outline;
}

interface Element extends ElementHead {
  readonly at: number;
  /** Where the content begins. */
  readonly content: number;
}

class Reader {
  readonly #source: ByteSource;
  readonly #times = new Times();
  #tracks: readonly Track[] = [];
  #tickMs = 1;
  #seekHead: Mendable['seekHead'];
  #duration: Mendable['duration'];
  #hasDuration = false;
  #info: number | undefined;
  #tracksAt: number | undefined;
  readonly #cues: CuePlace[] = [];

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async read(): Promise<Outline | undefined> {
    const header = await this.#element(0);
    if (header?.id !== ids.ebml || header.size === undefined) return undefined;
    const segment = await this.#element(header.content + header.size);
    if (segment?.id !== ids.segment) return undefined;
    const { size } = this.#source;
    const segmentEnd = segment.size === undefined ? undefined : segment.content + segment.size;
    let at = segment.content;
    let clustersEnd: number | undefined;
    while (at < size) {
      const element = await this.#element(at);
      if (!element) break;
      const isCluster = element.id === ids.cluster;
      const end = isCluster ? await this.#cluster(element) : await this.#part(element, segment.content);
      if (end === undefined) break;
      at = end;
      if (isCluster) clustersEnd = end;
    }
    const isEnded = this.#hasDuration && segmentEnd === size && at === size;
    return {
      tracks: this.#tracks,
      ...{ durationMs: this.#times.durationMs, gaps: this.#times.gaps },
      isWhole: isEnded && clustersEnd !== undefined,
      mendable:
        clustersEnd === undefined || this.#tracks.length === 0 ? undefined : this.#mendable(segment, clustersEnd),
    };
  }

  #mendable(segment: Element, end: number): Mendable {
    return {
      ...{ end, ticks: this.#times.lastMs / this.#tickMs, cues: this.#cues, segment: segment.content },
      segmentSize: segment.content - segment.at === longestHead ? segment.content - 8 : undefined,
      ...{ seekHead: this.#seekHead, duration: this.#duration, info: this.#info, tracks: this.#tracksAt },
    };
  }

  async #element(at: number): Promise<Element | undefined> {
    const head = readHead(await this.#source.at(at, longestHead));
    return head && { ...head, at, content: at + head.length };
  }

  /** Anything but a cluster. @returns where it ends; undefined when it is not whole, or nothing that could be there */
  async #part({ id, at, content, size }: Element, segment: number): Promise<number | undefined> {
    if (size === undefined || content + size > this.#source.size) return undefined;
    if (!topLevel.has(id) && id !== ids.void) return undefined;
    const end = content + size;
    const isRoom = id === ids.seekHead || id === ids.void;
    if (isRoom && at === (this.#seekHead ? this.#seekHead.at + this.#seekHead.room : segment)) {
      this.#seekHead = { at: this.#seekHead?.at ?? at, room: end - (this.#seekHead?.at ?? at) };
    }
    if ((id === ids.info || id === ids.tracks) && size <= longestRead) {
      const bytes = await this.#source.at(content, size);
      if (id === ids.info) this.#readInfo(bytes, at, content);
      else {
        this.#tracksAt = at;
        this.#tracks = tracksIn(bytes);
      }
    }
    return end;
  }

  #readInfo(bytes: Buffer, at: number, begin: number): void {
    this.#info = at;
    for (const child of childrenOf(bytes)) {
      if (child.id === ids.timestampScale) this.#tickMs = readUnsigned(child.content) / 1_000_000 || 1;
      if (child.id === ids.duration) {
        const length = child.content.length;
        this.#hasDuration = true;
        this.#duration = { at: begin + child.contentAt, bytes: length === 4 ? 4 : 8 };
      }
      if (child.id === ids.void && child.contentAt - child.at + child.content.length === durationLength) {
        this.#duration ??= { at: begin + child.at, bytes: 'element' };
      }
    }
  }

  /**
   * @returns where it ends: that of one that does not know its size is behind its last whole block. Undefined when it is not whole, or holds
   *   what could not be there, as zeros of a disk that has lost power
   */
  async #cluster(cluster: Element): Promise<number | undefined> {
    const limit = cluster.size === undefined ? undefined : cluster.content + cluster.size;
    if (limit !== undefined && limit > this.#source.size) return undefined;
    const blocks: Block[] = [];
    let start: number | undefined;
    let at = cluster.content;
    while (at < (limit ?? this.#source.size)) {
      const child = await this.#element(at);
      const isNext = limit === undefined && child !== undefined && topLevel.has(child.id);
      if (isNext) break;
      const end = child?.size === undefined ? undefined : child.content + child.size;
      if (!child || end === undefined || end > (limit ?? this.#source.size)) {
        if (limit !== undefined) return undefined;
        break;
      }
      if (child.id === ids.timestamp) start = readUnsigned(await this.#source.at(child.content, end - child.content));
      if (child.id === ids.simpleBlock || child.id === ids.blockGroup) {
        const block = await this.#block(child, end);
        if (!block) return undefined;
        blocks.push(block);
      }
      at = end;
    }
    if (start === undefined) return undefined;
    for (const block of blocks) this.#times.add((start + block.time) * this.#tickMs);
    this.#cue(cluster.at, start, blocks);
    return at;
  }

  async #block(child: Element, end: number): Promise<Block | undefined> {
    if (child.id === ids.simpleBlock)
      return blockIn(await this.#source.at(child.content, Math.min(blockHead, end - child.content)), undefined);
    if (end - child.content > longestRead) return undefined;
    const group = [...childrenOf(await this.#source.at(child.content, end - child.content))];
    const block = group.find(({ id }) => id === ids.block);
    return block && blockIn(block.content, !group.some(({ id }) => id === ids.referenceBlock));
  }

  /** At the first picture that needs none before it; in a file without pictures at the first block. */
  #cue(cluster: number, start: number, blocks: readonly Block[]): void {
    const video = this.#tracks.find(({ kind }) => kind === 'video');
    const place = blocks.find(({ track, isKey }) => !video || (track === video.number && isKey));
    if (place) this.#cues.push({ time: start + place.time, track: place.track, cluster });
  }
}

interface Block {
  readonly track: number;
  /** From that of the cluster on. */
  readonly time: number;
  readonly isKey: boolean;
}

/** @param isKey undefined when the block says it itself */
function blockIn(bytes: Buffer, isKey: boolean | undefined): Block | undefined {
  const length = Math.clz32(bytes[0] ?? 0) - 23;
  if (length > 2 || bytes.length < length + 3) return undefined;
  const track = length === 1 ? (bytes[0] ?? 0) & 0x7f : bytes.readUInt16BE(0) & 0x3fff;
  return { track, time: bytes.readInt16BE(length), isKey: isKey ?? ((bytes[length + 2] ?? 0) & 0x80) !== 0 };
}

function tracksIn(bytes: Buffer): Track[] {
  const found: Track[] = [];
  for (const { id, content } of childrenOf(bytes)) {
    if (id !== ids.trackEntry) continue;
    const members = new Map([...childrenOf(content)].map((each) => [each.id, each.content]));
    const picture = new Map(
      [...childrenOf(members.get(ids.video) ?? Buffer.alloc(0))].map((each) => [each.id, each.content]),
    );
    const number = (from: ReadonlyMap<number, Buffer>, of: number): number | undefined => {
      const value = from.get(of);
      return value && readUnsigned(value);
    };
    const type = number(members, ids.trackType);
    found.push({
      number: number(members, ids.trackNumber) ?? 0,
      kind: type === 1 ? 'video' : type === 2 ? 'audio' : 'other',
      codec: codecOf(members.get(ids.codecId)?.toString('latin1') ?? ''),
      ...{ width: number(picture, ids.pixelWidth), height: number(picture, ids.pixelHeight) },
    });
  }
  return found;
}

/** @param id as A_OPUS, V_VP8 or V_MPEG4/ISO/AVC */
function codecOf(id: string): string {
  const name = id.replace(/\0+$/, '').replace(/^[AVS]_/, '');
  return ({ 'MPEG4/ISO/AVC': 'h264', 'MPEGH/ISO/HEVC': 'h265' }[name] ?? name).toLowerCase();
}

/** Times of blocks, nearly in order. In ms. */
class Times {
  readonly #gaps: (readonly [from: number, to: number])[] = [];
  #firstMs: number | undefined;
  lastMs = 0;

  get durationMs(): number {
    return Math.round(this.lastMs - (this.#firstMs ?? 0));
  }

  get gaps(): Outline['gaps'] {
    return this.#gaps;
  }

  add(timeMs: number): void {
    const first = (this.#firstMs ??= timeMs);
    const last = Math.max(this.lastMs, first);
    if (timeMs - last > gapMs) this.#gaps.push([Math.round(last - first), Math.round(timeMs - first)]);
    this.lastMs = Math.max(last, timeMs);
  }
}
