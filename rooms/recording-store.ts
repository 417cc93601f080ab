import type { MediaKind } from '../media/port.js';
import type { StreamSource } from './streams.js';

/**
 * The port between the rooms, which decide what is recorded when and own the recorders on the media server, and whatever keeps the
 * files (recording/). Types and words only.
 *
 * A recording has one file for each publication and life of it, never mixed. The media server writes the files; the store names them, keeps
 * what is known of them, and makes the manifest.
 */

export const recordingStates = ['starting', 'recording', 'paused', 'stopping', 'ready', 'failed'] as const;
export type RecordingState = (typeof recordingStates)[number];

/** Why a recording has ended. */
export const recordingEnds = [
  /** Somebody stopped it. */
  'stopped',
  /** Its room closed, or whom it was of has left. */
  'room-closed',
  'participant-left',
  /** It is as long as RECORDINGS_MAX_HOURS allows, or has as many streams. */
  'limit',
  /** The disk is full, or nearly. */
  'no-space',
  /** The server stops, or another one goes on with the room. */
  'shutdown',
  /** The server died; the files were made whole at the next start. */
  'interrupted',
  /** The media server could not do it. */
  'media-failed',
] as const;
export type RecordingEnd = (typeof recordingEnds)[number];

/** What is recorded. Without `participant`: everybody, those who come later too. Without `stream`: all of their streams. */
export interface RecordingTarget {
  /** The `id` of a participant. */
  readonly participant?: string | undefined;
  readonly stream?: string | undefined;
}

/** A recording as others may see it. */
export interface RecordingFacts {
  /** REC_…, unique for ever. */
  readonly id: string;
  /** For people. May be empty. */
  readonly name: string;
  /** The `name` of the room. */
  readonly room: string;
  readonly target: RecordingTarget;
  readonly state: RecordingState;
  /** In ms since 1970. */
  readonly startedAt: number;
  /** The `id` of a participant, or the name of a program's key. Undefined: the room's own setting. */
  readonly startedBy: string | undefined;
}

export interface NewRecording {
  readonly id: string;
  readonly name: string;
  readonly room: { readonly name: string; readonly sid: string };
  readonly target: RecordingTarget;
  /** In ms since 1970. */
  readonly startedAt: number;
  readonly startedBy: string | undefined;
}

export interface RecordingStore {
  /**
   * Makes a place for a recording. Nothing is left when it rejects.
   * @throws RoomError `cannot-record` with `details.reason` `off`, `no-space` or `limit`
   */
  begin(recording: NewRecording, listener: RecordingStoreListener): Promise<RecordingFolder>;
}

export interface RecordingStoreListener {
  /** It must stop now. Called once, and never after `end`. */
  mustStop(reason: 'no-space' | 'limit'): void;
}

/** A stream that is to be recorded. */
export interface NewRecordedFile {
  readonly participant: { readonly id: string; readonly sid: string; readonly name: string };
  readonly stream: string;
  readonly source: StreamSource;
  readonly kinds: readonly MediaKind[];
}

/** Where one recording is kept. All times are in ms of the recording's clock, which begins with it, never jumps, and rests in pauses. */
export interface RecordingFolder {
  /** The time now. */
  readonly elapsedMs: number;
  /**
   * Names one more file. The name holds a number and the source, nothing of a person or room.
   * @returns `uri`: for `Pipeline.createRecorder`; undefined when the recording has as many streams as it may have
   */
  addFile(file: NewRecordedFile): { readonly file: string; readonly uri: string } | undefined;
  /** Its first frame was there at that time. */
  fileStarted(file: string, atMs: number): void;
  /** Nothing more is written to it. */
  fileEnded(file: string, failure?: string): void;
  muted(file: string, kind: MediaKind, isMuted: boolean): void;
  /** What happens in the room: a program that mixes the files shows those that are there. */
  happened(type: 'joined' | 'left' | 'speaker', participant: string): void;
  /** The clock rests while it is paused. */
  stateChanged(state: 'recording' | 'paused' | 'stopping'): void;
  /** All its files have ended. Reads them and writes the manifest. Takes 10 s at most, and never rejects. */
  end(state: 'ready' | 'failed', reason: RecordingEnd): Promise<EndedRecording>;
}

export interface EndedRecording {
  readonly state: 'ready' | 'failed';
  readonly durationMs: number;
  readonly files: readonly { readonly file: string; readonly bytes: number; readonly durationMs: number }[];
}
