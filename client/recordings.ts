import type { NotificationParams, RequestParams, RequestResult } from '../dialects/kurento-room/types.js';
import type { Ask } from './ask.js';
import { Emitter } from './emitter.js';
import { givenObject, givenText } from './given.js';

type Wish = RequestParams<'startRecording'>;
/** `starting → recording ⇄ paused → stopping → ready | failed` (docs/recording.md#states). */
export type RecordingState = NotificationParams<'recordingChanged'>['state'];
/** Why a recording has ended (docs/recording.md#states). */
export type RecordingEnd = NotificationParams<'recordingStopped'>['reason'];

/** A recording that runs, as everybody is told of it. */
export interface Recording {
  /** Unique for ever. */
  readonly id: string;
  /** For people. May be empty. */
  readonly name: string;
  /** What it does now. */
  readonly state: RecordingState;
}

/**
 * A recording, as those are told of it who may record. `startedAt` is in ms since 1970. `startedBy` is the id of a participant or the name
 * of a program; it is undefined where the room records by itself. `target` is what is recorded.
 */
export type RecordingDetails = RequestResult<'startRecording'>['recording'];

/** What is to be recorded. */
export interface RecordingOptions {
  /** Default: everybody, and all that they publish. */
  readonly target?: Wish['target'];
  /** Default: all. */
  readonly sources?: Wish['sources'];
  /** Default: both. */
  readonly kinds?: Wish['kinds'];
  /** For people; up to 256 characters. */
  readonly name?: string | undefined;
}

/** What `room.recordings` tells. */
export interface RecordingsEvents {
  /** What is recorded, or whether somebody records by themselves, is another thing now. */
  changed: [];
  /** A recording has ended: `true` when its files are whole. */
  ended: [Recording, RecordingEnd, boolean];
}

/**
 * What of the room is recorded. Everybody is told of it; the methods need the right `roomRecord` or `roomAdmin`, and reject with
 * `not-allowed` without. They reject with `recording-refused` too: `reason` says why.
 */
export class Recordings extends Emitter<RecordingsEvents> {
  readonly #ask: Ask;
  readonly #running = new Map<string, Recording>();
  #isRecordedByOthers = false;
  #isPossible = false;

  /** @internal For Room only. */
  constructor(ask: Ask) {
    super();
    this.#ask = ask;
  }

  /** Whether this server records. */
  get possible(): boolean {
    return this.#isPossible;
  }

  /** Those that run, also paused ones, by their id. */
  get running(): ReadonlyMap<string, Recording> {
    return this.#running;
  }

  /** Whether somebody is in the room that records it by themselves, and may be seen by nobody. */
  get byOthers(): boolean {
    return this.#isRecordedByOthers;
  }

  /** Begins to record. Resolves when it does, although nobody may publish yet. Rejects with `not-in-room` when the target is not there. */
  async start(options: RecordingOptions = {}): Promise<RecordingDetails> {
    const { target, sources, kinds, name } = givenObject(options, 'The options');
    const { recording } = await this.#ask('startRecording', {
      ...(target !== undefined && { target }),
      ...(sources !== undefined && { sources }),
      ...(kinds !== undefined && { kinds }),
      ...(name !== undefined && { name }),
    });
    return recording;
  }

  /** Ends it. Resolves when its files are whole, after 10 s at the latest. */
  async stop(id: string): Promise<RecordingDetails> {
    return (await this.#ask('stopRecording', { id: givenText(id, '`id`') })).recording;
  }

  /** Nothing is recorded until `resume`. */
  async pause(id: string): Promise<RecordingDetails> {
    return (await this.#ask('pauseRecording', { id: givenText(id, '`id`') })).recording;
  }

  /** Goes on with one that is paused. */
  async resume(id: string): Promise<RecordingDetails> {
    return (await this.#ask('resumeRecording', { id: givenText(id, '`id`') })).recording;
  }

  /**
   * Those that run, and those that have ended since the room was opened, the newest first, with all that is known of them. The REST API has
   * all that are kept, and their files.
   */
  async list(): Promise<readonly RecordingDetails[]> {
    return (await this.#ask('listRecordings', {})).recordings;
  }

  /** @internal For Room only. */
  entered(isPossible: boolean): void {
    this.#isPossible = isPossible;
  }

  /** @internal For Room only. */
  started({ id, name, state = 'recording' }: NotificationParams<'recordingStarted'>): void {
    this.#running.set(id, { id, name, state });
    this.emit('changed');
  }

  /** @internal For Room only. */
  stateChanged({ id, state }: NotificationParams<'recordingChanged'>): void {
    const known = this.#running.get(id);
    if (!known) return;
    this.#running.set(id, { ...known, state });
    this.emit('changed');
  }

  /** @internal For Room only. */
  over(id: string, reason: RecordingEnd, isWhole: boolean): void {
    const known = this.#running.get(id);
    if (!known) return;
    this.#running.delete(id);
    this.emit('ended', { ...known, state: isWhole ? 'ready' : 'failed' }, reason, isWhole);
    this.emit('changed');
  }

  /** @internal For Room only. */
  othersChanged(isRecordedByOthers: boolean): void {
    if (isRecordedByOthers === this.#isRecordedByOthers) return;
    this.#isRecordedByOthers = isRecordedByOthers;
    this.emit('changed');
  }

  /** @internal For Room only: we joined anew, and are told again of what runs. */
  forget(): void {
    if (this.#running.size === 0 && !this.#isRecordedByOthers) return;
    this.#running.clear();
    this.#isRecordedByOthers = false;
    this.emit('changed');
  }
}
