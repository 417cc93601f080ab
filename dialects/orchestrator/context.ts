import type { RoomListMode } from '../dialect.js';
import type { Access } from '../../access/index.js';
import type { Log } from '../../log.js';
import type { DoorFigures } from '../../transport/door-figures.js';
import type { Attendance } from './attendance.js';
import type { VrSessions } from './vr-sessions.js';
import type { OrchestratorSettings } from './options.js';
import type { DataStreams } from './streams.js';
import type { Users } from './users.js';

/** What the handlers of requests use. */
export interface Context {
  /** The id of this process, for DUMP_DATA. */
  readonly id: string;
  readonly access: Access;
  readonly figures: DoorFigures;
  readonly settings: OrchestratorSettings;
  readonly users: Users;
  readonly sessions: VrSessions;
  readonly attendance: Attendance;
  readonly streams: DataStreams;
  /** Which sessions users are told of that are not in them. */
  readonly roomList: RoomListMode;
  readonly log: Log;
  /** The time in ms since 1970, corrected by NTP servers if any are configured. */
  readonly now: () => number;
  /** Stops the whole server. */
  readonly terminate: () => void;
  /** Disconnects every client of this dialect. */
  readonly disconnectAll: () => void;
}
