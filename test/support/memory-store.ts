import { expect } from 'chai';
import { RoomError } from '../../rooms/index.js';
import type {
  EndedRecording,
  NewRecordedFile,
  NewRecording,
  RecordingEnd,
  RecordingFolder,
  RecordingStore,
  RecordingStoreListener,
} from '../../rooms/index.js';

/** Keeps what it is told of recordings, and fails when it is told what its contract does not allow. */
export class MemoryStore implements RecordingStore {
  readonly folders: MemoryFolder[] = [];
  /** The next recording is refused. */
  refuseNext: 'off' | 'no-space' | 'limit' | undefined;
  /** How many files of a recording may be open at a time. */
  mostOpen = Infinity;
  /** What is asked of it waits until this resolves. */
  gate: Promise<void> = Promise.resolve();

  async begin(recording: NewRecording, listener: RecordingStoreListener): Promise<MemoryFolder> {
    await this.gate;
    const reason = this.refuseNext;
    this.refuseNext = undefined;
    if (reason) throw new RoomError('cannot-record', 'refused', { details: { reason } });
    const folder = new MemoryFolder(recording, listener, this);
    this.folders.push(folder);
    return folder;
  }

  get last(): MemoryFolder {
    const last = this.folders.at(-1);
    if (!last) throw new Error('there is no recording');
    return last;
  }
}

interface MemoryFile extends NewRecordedFile {
  readonly file: string;
  startedAt: number | undefined;
  ended: { readonly failure: string | undefined } | undefined;
}

const next: Readonly<Record<string, readonly string[]>> = {
  starting: ['recording', 'stopping'],
  recording: ['paused', 'stopping'],
  paused: ['recording', 'stopping'],
  stopping: [],
};

export class MemoryFolder implements RecordingFolder {
  readonly recording: NewRecording;
  readonly listener: RecordingStoreListener;
  readonly files = new Map<string, MemoryFile>();
  /** What happened, in order. */
  readonly lines: string[] = [];
  elapsedMs = 0;
  ended: { readonly state: 'ready' | 'failed'; readonly reason: RecordingEnd } | undefined;
  readonly #store: MemoryStore;
  #state = 'starting';

  constructor(recording: NewRecording, listener: RecordingStoreListener, store: MemoryStore) {
    this.recording = recording;
    this.listener = listener;
    this.#store = store;
  }

  addFile(wanted: NewRecordedFile): { readonly file: string; readonly uri: string } | undefined {
    this.#assertOpen('addFile');
    expect(this.#state, 'a file is added while it records').to.be.oneOf(['starting', 'recording']);
    if ([...this.files.values()].filter(({ ended }) => !ended).length >= this.#store.mostOpen) return undefined;
    const file = `${String(this.files.size + 1).padStart(4, '0')}-${wanted.source}.webm`;
    this.files.set(file, { ...wanted, file, startedAt: undefined, ended: undefined });
    return { file, uri: `file:///recordings/${this.recording.id}/${file}` };
  }

  fileStarted(file: string, atMs: number): void {
    const found = this.#open(file);
    expect(found.startedAt, `${file} starts once`).to.equal(undefined);
    found.startedAt = atMs;
  }

  fileEnded(file: string, failure?: string): void {
    this.#open(file).ended = { failure };
  }

  muted(file: string, kind: 'audio' | 'video', isMuted: boolean): void {
    this.#open(file);
    this.lines.push(`${file} ${isMuted ? 'mutes' : 'unmutes'} ${kind}`);
  }

  happened(type: string, participant: string): void {
    this.#assertOpen('happened');
    this.lines.push(`${participant} ${type}`);
  }

  stateChanged(state: 'recording' | 'paused' | 'stopping'): void {
    this.#assertOpen('stateChanged');
    expect(next[this.#state], `${this.#state} becomes ${state}`).to.include(state);
    this.#state = state;
    this.lines.push(state);
  }

  end(state: 'ready' | 'failed', reason: RecordingEnd): Promise<EndedRecording> {
    this.#assertOpen('end');
    expect(
      [...this.files.values()].filter(({ ended }) => !ended),
      'files that have not ended',
    ).to.deep.equal([]);
    this.ended = { state, reason };
    const files = [...this.files.keys()].map((file) => ({ file, bytes: 1, durationMs: 1 }));
    return Promise.resolve({ state, durationMs: this.elapsedMs, files });
  }

  /** The publisher, the stream and the kinds of each file, and how it ended. */
  get contents(): string[] {
    return [...this.files.values()].map(({ participant, stream, kinds, startedAt, ended }) => {
      const life = ended ? (ended.failure ?? 'whole') : startedAt === undefined ? 'new' : 'running';
      return `${participant.id} ${stream} ${kinds.join(' ')}: ${life}`;
    });
  }

  #open(file: string): MemoryFile {
    this.#assertOpen(file);
    const found = this.files.get(file);
    if (!found || found.ended) throw new Error(`${file} has ended, or never was`);
    return found;
  }

  #assertOpen(what: string): void {
    expect(this.ended, `${what} after the end`).to.equal(undefined);
  }
}
