import type { RecordingEnd, RecordingState } from '../rooms/index.js';
import type { FileContents, JournalLine } from './journal.js';
import type { Manifest, RecordedFile } from './manifest.js';

type LineOf<Type extends JournalLine['type']> = Extract<JournalLine, { type: Type }>;

/** What is known of one file. */
interface DraftFile {
  readonly added: LineOf<'file'>;
  startedMs: number | undefined;
  endedMs: number | undefined;
  failure: string | undefined;
  /** Where it was muted, on the recording's clock. One without an end is muted still. */
  readonly muted: { readonly kind: 'audio' | 'video'; readonly from: number; to: number | undefined }[];
  contents: FileContents | undefined;
  stored: RecordedFile['stored'];
}

/** A recording as its journal tells it, line by line: while it runs, and when the journal of another process is read. */
export class Draft {
  readonly #begun: LineOf<'begun'>;
  readonly #files = new Map<string, DraftFile>();
  readonly #events: Manifest['events'] = [];
  #state: RecordingState = 'starting';
  #ended: LineOf<'ended'> | undefined;
  #lastMs = 0;
  #isStored = false;

  constructor(begun: LineOf<'begun'>) {
    this.#begun = begun;
  }

  /** Undefined when the journal has no beginning. */
  static of([begun, ...lines]: readonly JournalLine[]): Draft | undefined {
    if (begun?.type !== 'begun') return undefined;
    const draft = new Draft(begun);
    for (const line of lines) draft.take(line);
    return draft;
  }

  get id(): string {
    return this.#begun.id;
  }

  get state(): RecordingState {
    return this.#state;
  }

  /** In ms since 1970. Undefined while it runs. */
  get endedAt(): number | undefined {
    return this.#ended && Date.parse(this.#ended.at);
  }

  /** Whether all of it is in the object store. */
  get isStored(): boolean {
    return this.#isStored;
  }

  /** Those that nobody has told the end of. */
  get openFiles(): readonly string[] {
    return this.#named(({ endedMs }) => endedMs === undefined);
  }

  get unreadFiles(): readonly string[] {
    return this.#named(({ contents }) => contents === undefined);
  }

  /** Whether anything was ever written to it, as far as is known. */
  hasStarted(file: string): boolean {
    return this.#files.get(file)?.startedMs !== undefined;
  }

  /** The latest time that is known, on its clock. */
  get lastMs(): number {
    const ends = [...this.#files.values()].map(
      ({ startedMs = 0, contents }) => startedMs + (contents?.durationMs ?? 0),
    );
    return Math.max(this.#lastMs, ...ends);
  }

  take(line: JournalLine): void {
    if ('atMs' in line) this.#lastMs = Math.max(this.#lastMs, line.atMs);
    const file = 'file' in line ? this.#files.get(line.file) : undefined;
    switch (line.type) {
      case 'file':
        this.#files.set(line.file, {
          added: line,
          ...{
            startedMs: undefined,
            endedMs: undefined,
            failure: undefined,
            muted: [],
            contents: undefined,
            stored: null,
          },
        });
        break;
      case 'fileStarted':
        if (file) file.startedMs ??= line.atMs;
        break;
      case 'fileEnded':
        if (!file) break;
        file.endedMs ??= line.atMs;
        file.failure ??= line.failure;
        break;
      case 'muted':
        if (file) mute(file, line);
        break;
      case 'happened':
        this.#events.push({ atMs: line.atMs, type: line.event, id: line.id });
        break;
      case 'state':
        this.#state = line.state;
        break;
      case 'read':
        if (file) file.contents = line.contents;
        break;
      case 'ended':
        this.#ended = line;
        this.#state = line.state;
        break;
      case 'stored': {
        const { bucket, key, etag } = line;
        if (file) file.stored = { bucket, key, etag };
        break;
      }
      case 'allStored':
        this.#isStored = true;
        break;
      case 'begun':
        break;
      default:
        line satisfies never;
    }
  }

  /** @param elapsedMs the time now, while it runs */
  manifest(elapsedMs = this.lastMs): Manifest {
    const { id, name, room, target, startedAt, startedBy } = this.#begun;
    const end: RecordingEnd | undefined = this.#ended?.reason;
    return {
      version: 1,
      ...{ id, room, name, target, state: this.#state },
      ...(end !== undefined && { endReason: end }),
      ...{ startedAt, durationMs: this.#ended?.atMs ?? elapsedMs },
      ...(startedBy !== undefined && { startedBy }),
      files: [...this.#files.values()]
        .filter((file) => this.#isListed(file))
        .map((file) => recordedFile(file, elapsedMs)),
      events: this.#events,
    };
  }

  #named(fits: (file: DraftFile) => boolean): readonly string[] {
    return [...this.#files.values()].filter(fits).map(({ added }) => added.file);
  }

  /** One that nobody ever sent anything to, and that is not there, is no file. */
  #isListed({ startedMs, failure, contents }: DraftFile): boolean {
    const wasWritten = startedMs !== undefined || (contents?.bytes ?? 0) > 0;
    return wasWritten || failure !== undefined || this.#ended === undefined;
  }
}

function mute(file: DraftFile, { kind, isMuted, atMs }: LineOf<'muted'>): void {
  const last = file.muted.findLast((each) => each.kind === kind);
  const isOpen = last !== undefined && last.to === undefined;
  if (isMuted && !isOpen) file.muted.push({ kind, from: atMs, to: undefined });
  if (!isMuted && isOpen) last.to = atMs;
}

function recordedFile(draft: DraftFile, elapsedMs: number): RecordedFile {
  const { added, startedMs, endedMs, failure, contents, stored } = draft;
  const offsetMs = startedMs ?? added.atMs;
  const durationMs = contents?.durationMs ?? Math.max(0, (endedMs ?? elapsedMs) - offsetMs);
  const {
    codecs = [],
    bytes = 0,
    sha256,
    width,
    height,
    gaps = [],
    repaired = false,
    available = false,
  } = contents ?? {};
  return {
    file: added.file,
    ...{ participant: added.participant, stream: added.stream, source: added.source, kinds: added.kinds },
    ...{ codecs, offsetMs, durationMs, bytes },
    ...(sha256 !== undefined && { sha256 }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    gaps,
    muted: mutedIn(draft, offsetMs, durationMs),
    repaired,
    available,
    ...(contents?.available === false && { uri: added.uri }),
    ...(failure !== undefined && { failure }),
    stored,
  };
}

/** On the file's clock, within the file. */
function mutedIn({ muted }: DraftFile, offsetMs: number, durationMs: number): RecordedFile['muted'] {
  const of = (kind: 'audio' | 'video'): [number, number][] =>
    muted
      .filter((span) => span.kind === kind)
      .map(({ from, to }): [number, number] => [
        Math.max(0, from - offsetMs),
        Math.min(durationMs, (to ?? Number.POSITIVE_INFINITY) - offsetMs),
      ])
      .filter(([from, to]) => from < to);
  const [audio, video] = [of('audio'), of('video')];
  return { ...(audio.length > 0 && { audio }), ...(video.length > 0 && { video }) };
}
