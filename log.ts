/** Where the server writes what it notices: one line per fact. Names come from outside, so they stay in the fields. */
export interface Log {
  error(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  debug(message: string, fields?: object): void;
}

/** A log that also makes logs which add fields of their own to every line. */
export interface ParentLog extends Log {
  child(fields: object): ParentLog;
}
