import type { MediaKind } from '../media/port.js';
import { RoomError } from './errors.js';
import { mayPublish } from './grants.js';
import type { Grants } from './grants.js';
import { kindsSentBy } from './offer-kinds.js';
import { sourceOf } from './streams.js';
import type { StreamSource } from './streams.js';

/** What a participant does that its grants decide about. */
export type Action =
  /** Texts, data, scene events, filters. */
  | 'data'
  | 'subscribe'
  | 'metadata'
  /** Mute, unpublish, evict, ban, lock, admit, settings, roles. */
  | 'moderate'
  /** End the room for all. */
  | 'end'
  | 'record';

const needed: Readonly<Record<Action, { readonly grants: readonly (keyof Grants)[]; readonly text: string }>> = {
  data: { grants: ['canPublishData'], text: 'You may send nothing in this room' },
  subscribe: { grants: ['canSubscribe'], text: 'You may receive no streams in this room' },
  metadata: { grants: ['canUpdateOwnMetadata'], text: 'You may not change how you are shown in this room' },
  moderate: { grants: ['roomAdmin'], text: 'Only moderators of this room may do that' },
  end: { grants: ['roomAdmin', 'roomCreate'], text: 'You may not end this room' },
  record: { grants: ['roomRecord', 'roomAdmin'], text: 'You may not record this room' },
};

/** One of the grants of an action is enough. */
export function may(grants: Grants, action: Action): boolean {
  return needed[action].grants.some((grant) => grants[grant] === true);
}

/** @throws RoomError `not-allowed` */
export function assertMay(grants: Grants, action: Action): void {
  if (!may(grants, action)) throw new RoomError('not-allowed', needed[action].text);
}

/** Those of the kinds that may be published. */
export function allowedKinds(grants: Grants, source: StreamSource, kinds: readonly MediaKind[]): readonly MediaKind[] {
  return kinds.filter((kind) => mayPublish(grants, sourceOf(source, kind)));
}

/** Whether what an SDP description sends may be sent past the server. @throws RoomError `not-allowed` */
export function assertMaySend(grants: Grants, description: string): void {
  const sent = kindsSentBy(description);
  if (allowedKinds(grants, 'camera', sent).length < sent.length) throw unpublishable();
}

export function unpublishable(): RoomError {
  return new RoomError('not-allowed', 'You may not publish that in this room');
}

/** A hidden participant publishes and says nothing, whatever else it was granted. */
export function effective(grants: Grants): Grants {
  return grants.hidden ? { ...grants, canPublish: false, canPublishData: false } : grants;
}
