import type { RecordingFacts, RecordingState, RoomEvent } from '../rooms/index.js';

/** A recording as programs are told of it. */
export interface Recording {
  /** REC_… */
  readonly id: string;
  /** For people. May be empty. */
  readonly name: string;
  readonly roomName: string;
  /** Of the life of the room: RM_… */
  readonly roomSid: string;
  readonly state: RecordingState;
  /** In ms since 1970. */
  readonly startedAt: number;
  /** In ms since 1970; undefined while it runs. */
  readonly endedAt: number | undefined;
  /** Those that are whole, once it has ended. */
  readonly files: readonly RecordedFile[];
  /** Why it has failed, in a word; undefined unless it has. */
  readonly error: string | undefined;
}

export interface RecordedFile {
  /** As the manifest of the recording names it. */
  readonly file: string;
  readonly bytes: number;
  readonly durationMs: number;
}

type RecordingEvent = Extract<RoomEvent, { readonly recording: RecordingFacts }>;

/** @param now in ms since 1970 */
export function recordingOf(event: RecordingEvent, roomSid: string, now: number): Recording {
  const { id, name, room: roomName, state, startedAt } = event.recording;
  const isOver = event.type === 'recordingStopped' || event.type === 'recordingFailed';
  return {
    ...{ id, name, roomName, roomSid, state, startedAt },
    endedAt: isOver ? now : undefined,
    files: isOver ? (event.files ?? []) : [],
    error: event.type === 'recordingFailed' ? event.reason : undefined,
  };
}
