import type { MediaKind } from '../media/port.js';
import type { Bearer } from './bearer.js';
import { RoomError } from './errors.js';
import type { Grants } from './grants.js';
import type { Attributes } from './index.js';
import type { TrackSource } from './streams.js';

/** What `authorize` is asked. */
export interface AccessRequest {
  /** `open`: a room is made and nobody joins it (`Rooms.open`). */
  readonly action: 'join' | 'open' | 'publish' | 'subscribe' | 'record';
  /** The name of the room. */
  readonly room: string;
  /** Whether there is no such room, and it would be opened. */
  readonly opens: boolean;
  readonly bearer: Bearer;
  /** The id of the participant; undefined with `open`. */
  readonly id: string | undefined;
  /** `dialect` is the door. */
  readonly attributes: Attributes;
  /** With `publish`: what is offered. */
  readonly kinds?: readonly MediaKind[];
  readonly sources?: readonly TrackSource[];
  /** With `subscribe`: the id of the publisher. */
  readonly publisher?: string;
  /** With `publish` and `subscribe`: the id of the stream. */
  readonly stream?: string;
}

/** What `authorize` may say besides yes. It is heard with `join`, where it replaces what the bearer has. */
export interface AccessAnswer {
  readonly grants?: Grants;
  readonly identity?: string;
  readonly name?: string;
  readonly metadata?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * Asked before every join, every publication and subscription, and before a room is opened for a client. It may take its time, and bounds
 * that itself. To refuse, it throws or rejects.
 * @throws RoomError
 */
export type Authorize = (request: AccessRequest) => AccessAnswer | undefined | Promise<AccessAnswer | undefined>;

/**
 * A room is opened only for a participant whose `displayName` matches.
 * @param authorize Asked besides. Default: everything is allowed.
 */
export function openedBy(creators: RegExp, authorize: Authorize = () => undefined): Authorize {
  return (request) => {
    const { room, opens, attributes } = request;
    const { displayName } = attributes;
    if (!opens || creators.test(displayName)) return authorize(request);
    throw new RoomError('room-refused', `There is no room "${room}", and "${displayName}" may not open one`);
  };
}
