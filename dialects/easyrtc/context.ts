import type { Access } from '../../access/index.js';
import type { Applications } from './applications.js';
import type { EasyRtcHooks } from './hooks.js';
import type { IceServer } from './messages.js';
import type { EasyRtcSettings } from './options.js';
import type { Requests } from './requests.js';

/** What the handlers of requests use. */
export interface Context {
  readonly access: Access;
  readonly applications: Applications;
  readonly requests: Requests;
  readonly settings: EasyRtcSettings;
  readonly hooks: EasyRtcHooks;
  /** The configured ICE servers. */
  readonly iceServers: readonly IceServer[];
  /** Shared with the TURN servers among them. Empty: none. */
  readonly turnSecret: string;
  /** The time in ms since 1970. */
  readonly now: () => number;
}
