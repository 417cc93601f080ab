import type { Participant } from '../../rooms/index.js';
import { newEasyrtcid } from './easyrtcid.js';
import type { ClientEntry } from './messages.js';
import type { RoomView } from './room-view.js';

/** A participant of another protocol, as EasyRTC clients see it. */
export interface Stranger {
  readonly participant: Participant;
  readonly view: RoomView;
  readonly entry: ClientEntry;
}

/** The strangers that the clients of one application can see, by the ids they got for their stay (EasyRTC §16). */
export class Strangers {
  readonly #now: () => number;
  readonly #byId = new Map<string, Stranger>();
  /** An id is kept while no client of ours looks. */
  readonly #entries: WeakMap<Participant, ClientEntry>;

  constructor(now: () => number, entries: WeakMap<Participant, ClientEntry>) {
    this.#now = now;
    this.#entries = entries;
  }

  find(id: string): Stranger | undefined {
    return this.#byId.get(id);
  }

  admit(participant: Participant, view: RoomView): Stranger {
    let entry = this.#entries.get(participant);
    if (!entry) {
      entry = {
        easyrtcid: newEasyrtcid(),
        // Not the time at which it joined, which is known only if a client of ours was there then.
        roomJoinTime: this.#now(),
        presence: { show: 'chat', status: null },
        username: participant.attributes.displayName,
        apiField: {},
      };
      this.#entries.set(participant, entry);
    }
    const stranger = { participant, view, entry };
    this.#byId.set(entry.easyrtcid, stranger);
    return stranger;
  }

  forget(id: string): void {
    this.#byId.delete(id);
  }
}
