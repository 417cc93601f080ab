/** Where the server writes what it notices: one line per fact. Names come from outside, so they stay in the fields. */
export interface Log {
  error(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  debug(message: string, fields?: object): void;
  /** Whether a line of this level is written now: for fields that cost something. Absent: each is. */
  writes?(level: 'error' | 'warn' | 'info' | 'debug'): boolean;
}

/** A log that also makes logs which add fields of their own to every line. */
export interface ParentLog extends Log {
  child(fields: object): ParentLog;
}

/**
 * Lets the process go on when its output cannot be written, as when the program that reads it has ended or the disk is full. Without this
 * such an error ends the process. What cannot be written is lost. Called once, by a program that owns its process.
 */
export function goOnWithoutReader(): void {
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
}
