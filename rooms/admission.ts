import { RoomError } from './errors.js';
import type { Attributes } from './index.js';

/** What `admit` is asked. */
export interface AdmissionRequest {
  /** The name of the room. */
  readonly room: string;
  /** Whether there is no such room, and it would be opened. */
  readonly opens: boolean;
  /** The id of the participant; undefined where a room is opened and nobody joins it (`Rooms.open`). */
  readonly id: string | undefined;
  readonly attributes: Attributes;
}

/**
 * Asked before every join, and before a room is opened for a client. It may take its time, and bounds that itself. To refuse, it throws
 * or rejects.
 * @throws RoomError
 */
export type Admit = (request: AdmissionRequest) => void | Promise<void>;

/**
 * A room is opened only for a participant whose `displayName` matches.
 * @param admit Asked besides. Default: everybody is admitted.
 */
export function openedBy(creators: RegExp, admit: Admit = () => undefined): Admit {
  return (request) => {
    const { room, opens, attributes } = request;
    const { displayName } = attributes;
    if (!opens || creators.test(displayName)) return admit(request);
    throw new RoomError('room-refused', `There is no room "${room}", and "${displayName}" may not open one`);
  };
}
