import type { Log } from '../../log.js';
import type { DialectContext, DialectNeeds } from '../dialect.js';
import type { Applications } from './applications.js';
import type { EasyRtcHooks } from './hooks.js';
import type { Requests } from './requests.js';
import type { EasyRtcSettings } from './options.js';
import type { PushText } from './push-text.js';

/** What this dialect uses of the server's own settings. */
export type ServerShare = Pick<DialectNeeds, 'iceServers'> & {
  readonly transport: Pick<DialectNeeds['transport'], 'maxQueuedBytes' | 'maxQueuedRequests'>;
};

/** What everything in this dialect shares. */
export interface Context extends Pick<DialectContext, 'rooms' | 'names' | 'now'> {
  readonly settings: EasyRtcSettings;
  readonly requests: Requests;
  readonly server: ServerShare;
  readonly hooks: EasyRtcHooks;
  readonly log: Log;
  readonly applications: Applications;
  /** Shared by all outlets: what many are told one after the other becomes JSON once. */
  readonly textOf: PushText;
  /** A text of another protocol could not be delivered. */
  readonly undelivered: () => void;
}
