import type { Participant } from '../../rooms/index.js';
import { cleanedName } from '../../rooms/index.js';
import { newEasyrtcid } from './easyrtcid.js';
import type { ClientEntry } from './messages.js';
import type { RoomView } from './room-view.js';

/** A participant of another protocol, as EasyRTC clients see it. */
export interface Outsider {
  readonly participant: Participant;
  readonly view: RoomView;
  readonly entry: ClientEntry;
}

/**
 * The outsiders that clients of one application can see, by the ids that they got here
 * (docs/protocols/easyrtc.md#16-bridging).
 */
export class Outsiders {
  readonly #now: () => number;
  readonly #byId = new Map<string, Outsider>();
  /** A participant keeps its id also while no client of this protocol is in the room. */
  readonly #entries: WeakMap<Participant, ClientEntry>;

  constructor(now: () => number, entries: WeakMap<Participant, ClientEntry>) {
    this.#now = now;
    this.#entries = entries;
  }

  get size(): number {
    return this.#byId.size;
  }

  find(id: string): Outsider | undefined {
    return this.#byId.get(id);
  }

  admit(participant: Participant, view: RoomView): Outsider {
    let entry = this.#entries.get(participant);
    if (!entry) {
      entry = {
        easyrtcid: newEasyrtcid(),
        // The time of the join is unknown if no client of this protocol was there, so this is the time when it was first seen.
        roomJoinTime: this.#now(),
        presence: { show: 'chat', status: null },
        username: usernameOf(participant),
        apiField: {},
      };
      this.#entries.set(participant, entry);
    }
    const outsider = { participant, view, entry };
    this.#byId.set(entry.easyrtcid, outsider);
    return outsider;
  }

  forget(id: string): void {
    this.#byId.delete(id);
  }
}

/** As long as a username may be here (docs/protocols/easyrtc.md#4-names-and-limits). */
const maxUsername = 64;

function usernameOf({ attributes: { displayName } }: Participant): string {
  return displayName.length > maxUsername ? cleanedName(displayName, maxUsername) : displayName;
}
