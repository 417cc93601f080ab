import type { Log } from '../../log.js';
import type { Attendance } from './attendance.js';
import type { Sessions } from './sessions.js';
import type { OrchestratorSettings } from './options.js';
import type { DataStreams } from './streams.js';
import type { Users } from './users.js';

/** What requests are carried out on. */
export interface Context {
  /** Of this process, for DUMP_DATA. */
  readonly id: string;
  readonly settings: OrchestratorSettings;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly attendance: Attendance;
  readonly streams: DataStreams;
  readonly log: Log;
  /** The time in ms since 1970, as NTP servers have it if there are any. */
  readonly now: () => number;
  /** Stops the whole server. */
  readonly terminate: () => void;
  /** Disconnects every client of this dialect. */
  readonly disconnectAll: () => void;
}
