import type { Log } from '../../log.js';
import type { DialectContext } from '../dialect.js';
import type { Applications } from './applications.js';
import type { EasyRtcHooks } from './hooks.js';
import type { Requests } from './requests.js';
import type { EasyRtcExtras, EasyRtcSettings, Patterns } from './settings.js';
import type { PushText } from './push-text.js';

/** What everything in this dialect shares. */
export interface Context extends Pick<DialectContext, 'rooms' | 'names' | 'now'> {
  readonly settings: EasyRtcSettings;
  readonly patterns: Patterns;
  readonly requests: Requests;
  readonly extras: EasyRtcExtras;
  readonly hooks: EasyRtcHooks;
  readonly log: Log;
  readonly applications: Applications;
  /** Shared by all outlets: what many are told one after the other becomes JSON once. */
  readonly textOf: PushText;
  /** A text of another protocol could not be delivered. */
  readonly undelivered: () => void;
}
