import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { RecordingBusy } from '../../recording/archive.js';
import type { Archive, ArchivePage, ArchiveQuery, ArchivedFile } from '../../recording/archive.js';
import type { Manifest, RecordedFile } from '../../recording/manifest.js';

interface Kept {
  readonly manifest: Manifest;
  readonly contents: Readonly<Record<string, Buffer>>;
}

/** Bytes that come at a time. */
const chunkBytes = 1_024;

/** Recordings in memory, for tests of those that serve them. It counts the files that are open. */
export class MemoryArchive implements Archive {
  readonly #kept: Kept[] = [];
  /** What is read of files now. */
  readonly open = new Set<Readable>();
  /** Bytes that were read of all files. */
  bytesRead = 0;
  /** What it was asked for, as `find REC_…`. */
  readonly asked: string[] = [];
  /** How many bytes a file gives less than it has. */
  missingBytes = 0;

  /** The one that is added last is the newest. */
  add(recording: Partial<Manifest> & Pick<Manifest, 'id'>, contents: Readonly<Record<string, Buffer>> = {}): Manifest {
    const manifest: Manifest = {
      version: 1,
      room: { name: 'r', sid: 'RM_r' },
      name: '',
      target: {},
      state: 'ready',
      startedAt: '2026-11-29T10:00:00.000Z',
      durationMs: 1_000,
      files: Object.entries(contents).map(([file, content]) => recordedFile(file, content)),
      events: [{ atMs: 0, type: 'joined', id: 'ana' }],
      ...recording,
    };
    this.#kept.unshift({ manifest, contents });
    return manifest;
  }

  list({ room, sees, state, before, limit }: ArchiveQuery): Promise<ArchivePage> {
    const seen = this.#kept.flatMap(({ manifest }) => (sees?.(manifest.room.name) === false ? [] : [manifest]));
    const place = before === undefined ? -1 : seen.findIndex(({ id }) => id === before);
    const later = before !== undefined && place === -1 ? [] : seen.slice(place + 1);
    const fitting = later.filter(
      (each) => (room === undefined || each.room.name === room) && (state === undefined || each.state === state),
    );
    const recordings = fitting.slice(0, limit);
    return Promise.resolve({ recordings, next: fitting.length > limit ? recordings.at(-1)?.id : undefined });
  }

  readonly #notes = new Map<string, unknown>();

  note(id: string): Promise<unknown> {
    return Promise.resolve(this.#notes.get(id));
  }

  keepNote(id: string, note: unknown): Promise<void> {
    this.#notes.set(id, note);
    return Promise.resolve();
  }

  find(id: string): Promise<Manifest | undefined> {
    this.asked.push(`find ${id}`);
    return Promise.resolve(this.#find(id)?.manifest);
  }

  // oxlint-disable-next-line require-await -- what it throws is a rejection
  async file(id: string, file: string): Promise<ArchivedFile | undefined> {
    this.asked.push(`file ${id}/${file}`);
    const kept = this.#find(id);
    const content = kept?.contents[file];
    if (!kept || !content) return undefined;
    assertEnded(kept);
    return {
      size: content.length,
      etag: `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`,
      modifiedAt: new Date('2026-11-29T10:00:01.500Z'),
      read: ({ start, end } = { start: 0, end: content.length - 1 }) =>
        Promise.resolve(this.#read(content.subarray(start, end + 1 - this.missingBytes))),
    };
  }

  // oxlint-disable-next-line require-await -- as above
  async remove(id: string): Promise<boolean> {
    const kept = this.#find(id);
    if (!kept) return false;
    assertEnded(kept);
    this.#kept.splice(this.#kept.indexOf(kept), 1);
    return true;
  }

  #find(id: string): Kept | undefined {
    return this.#kept.find(({ manifest }) => manifest.id === id);
  }

  #read(content: Buffer): Readable {
    let at = 0;
    const stream = new Readable({
      highWaterMark: chunkBytes,
      read: () => {
        const chunk = content.subarray(at, at + chunkBytes);
        at += chunk.length;
        this.bytesRead += chunk.length;
        stream.push(chunk.length === 0 ? null : chunk);
      },
    });
    this.open.add(stream);
    stream.once('close', () => this.open.delete(stream));
    return stream;
  }
}

function assertEnded({ manifest: { id, state } }: Kept): void {
  if (state !== 'ready' && state !== 'failed') throw new RecordingBusy(`Recording "${id}" has not ended`);
}

function recordedFile(file: string, content: Buffer): RecordedFile {
  return {
    file,
    participant: { id: 'ana', sid: 'PA_ana', name: 'Ana' },
    ...{ stream: 'webcam', source: 'camera', kinds: ['audio', 'video'], codecs: ['opus', 'vp8'] },
    ...{ offsetMs: 0, durationMs: 1_000, bytes: content.length, width: 640, height: 480 },
    ...{ gaps: [], muted: {}, repaired: false, available: true, stored: null },
  };
}
