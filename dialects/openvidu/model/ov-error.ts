/** What the back end asks for, and cannot have. */
export type OvErrorCode =
  | 'session-exists'
  | 'session-not-found'
  | 'connection-not-found'
  | 'nobody-connected'
  | 'receiver-unknown'
  | 'recording-not-found'
  | 'recording-runs'
  | 'recording-starts'
  | 'too-many-sessions'
  | 'too-many-connections';

export class OvError extends Error {
  readonly code: OvErrorCode;

  constructor(code: OvErrorCode, message: string) {
    super(message);
    this.name = 'OvError';
    this.code = code;
  }
}
