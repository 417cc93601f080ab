import type { Participant } from '../../rooms/index.js';
import type { Client } from './client.js';
import type { ClientEntry, Fields } from './messages.js';
import type { RoomView } from './room-view.js';

/** One client in one room, with what only EasyRTC knows of it. */
export class Membership {
  readonly client: Client;
  readonly view: RoomView;
  readonly participant: Participant;
  /** In ms since 1970. */
  readonly joinTime: number;
  apiField: Fields = {};

  constructor(client: Client, view: RoomView, participant: Participant, joinTime: number) {
    this.client = client;
    this.view = view;
    this.participant = participant;
    this.joinTime = joinTime;
  }

  /** Whether others do not learn of it. */
  get isHidden(): boolean {
    return this.participant.grants.hidden;
  }

  /**
   * The entry in a full list: `apiField` is there only if it has members (docs/protocols/easyrtc.md#5-authentication).
   */
  get listEntry(): ClientEntry {
    return Object.keys(this.apiField).length > 0 ? this.deltaEntry : this.#entry;
  }

  /**
   * The entry in a delta: `apiField` is always there, also if it is empty
   * (docs/protocols/easyrtc.md#7-what-the-server-sends-by-itself).
   */
  get deltaEntry(): ClientEntry {
    return { ...this.#entry, apiField: this.apiField };
  }

  get #entry(): ClientEntry {
    const { easyrtcid, presence, username } = this.client;
    return {
      easyrtcid,
      roomJoinTime: this.joinTime,
      presence,
      ...(username !== undefined && { username }),
    };
  }
}
