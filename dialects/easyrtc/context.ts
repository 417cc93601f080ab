import type { Log } from '../../log.js';
import type { DialectContext } from '../dialect.js';
import type { Applications } from './applications.js';
import type { EasyRtcHooks } from './hooks.js';
import type { Outward } from './outlet.js';
import type { Requests } from './requests.js';
import type { EasyRtcExtras, EasyRtcSettings, Patterns } from './settings.js';

/** What everything in this dialect shares. */
export interface Context extends Pick<DialectContext, 'rooms' | 'names' | 'now'>, Outward {
  readonly settings: EasyRtcSettings;
  readonly patterns: Patterns;
  readonly requests: Requests;
  readonly extras: EasyRtcExtras;
  readonly hooks: EasyRtcHooks;
  readonly log: Log;
  readonly applications: Applications;
  /** A text of another protocol could not be delivered. */
  readonly undelivered: () => void;
}
