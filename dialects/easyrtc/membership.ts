import type { Participant } from '../../rooms/index.js';
import type { Client } from './client.js';
import type { ClientEntry, Fields } from './messages.js';
import type { RoomView } from './room-view.js';

/** One client in one room: what EasyRTC knows of it beside the participant. */
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

  /** As it stands in a list: api fields only when there are any (EasyRTC §5). */
  get listEntry(): ClientEntry {
    return Object.keys(this.apiField).length > 0 ? this.deltaEntry : this.#entry;
  }

  /** As it stands in a delta: with the present api fields, also when there are none (EasyRTC §7). */
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
