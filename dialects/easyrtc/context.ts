import type { Access, IceServers } from '../../access/index.js';
import type { DoorFigures } from '../../transport/door-figures.js';
import type { Applications } from './applications.js';
import type { EasyRtcHooks } from './hooks.js';
import type { EasyRtcSettings } from './options.js';
import type { Requests } from './requests.js';

/** What the handlers of requests use. */
export interface Context {
  readonly access: Access;
  readonly figures: DoorFigures;
  readonly applications: Applications;
  readonly requests: Requests;
  readonly settings: EasyRtcSettings;
  readonly hooks: EasyRtcHooks;
  /** The configured ICE servers, with the secret of this protocol where it has its own. */
  readonly ice: IceServers;
  /** The time in ms since 1970. */
  readonly now: () => number;
}
