/**
 * Fields of the Error event of a recording that fails
 * (docs/protocols/kurento-media.md#6-common-to-all-objects-and-elements).
 */
export interface RecordingFailure {
  readonly type: string;
  readonly errorCode: number;
  readonly description: string;
}

/** Nothing may be written where a uri says. */
export class RecordingRefused extends Error {
  override readonly name = 'RecordingRefused';

  constructor(
    message: string,
    readonly failure: RecordingFailure,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** Describes an error that was thrown during a recording. */
export function failureOf(error: unknown): RecordingFailure {
  if (error instanceof RecordingRefused) return error.failure;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return kinds.full('No space left on the disk');
  if (error instanceof Error && 'syscall' in error && error.syscall === 'open')
    return kinds.unwritable('Cannot open the file for writing');
  return kinds.broken('Cannot write the file');
}

/** Codes of GStreamer's resource errors, as a Kurento Media Server passes them on. */
const kinds = {
  badUri: (description: string): RecordingFailure => ({ type: 'INVALID_URI', errorCode: 0, description }),
  unwritable: (description: string): RecordingFailure => ({
    type: 'RESOURCE_ERROR_OPEN_WRITE',
    errorCode: 6,
    description,
  }),
  broken: (description: string): RecordingFailure => ({ type: 'RESOURCE_ERROR_WRITE', errorCode: 10, description }),
  full: (description: string): RecordingFailure => ({
    type: 'RESOURCE_ERROR_NO_SPACE_LEFT',
    errorCode: 14,
    description,
  }),
};

export function refused(kind: 'badUri' | 'unwritable', message: string, cause?: unknown): RecordingRefused {
  return new RecordingRefused(message, kinds[kind](message), cause);
}
