/** What programs import that embed the server: `import { startServer } from 'atrium'`. */
export { ConfigError, configOf, readConfig } from './config.js';
export type { Config, GivenConfig } from './config.js';
export type { Hooks } from './dialects.js';
export { serve } from './serve.js';
export type { ServeOptions, Service } from './serve.js';
export { startServer } from './server.js';
export type { RunningServer } from './server.js';
export type { Dialect, DialectContext, DialectState } from '../dialects/dialect.js';
export type { EasyRtcHooks } from '../dialects/easyrtc/hooks.js';
export type { Access, Introduction } from '../access/index.js';
export type { Log, ParentLog } from '../log.js';
export type * from '../media/port.js';
export type * from '../rooms/index.js';
export { RoomError, Rooms } from '../rooms/index.js';
export type { Connection, ConnectionListener, ConnectionObserver } from '../transport/connection.js';
export type { Doors } from '../transport/doors.js';
export { textFrame } from '../transport/frame.js';
