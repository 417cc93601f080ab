import type { Participant, RoomEvent } from '../../rooms/index.js';
import { lastOf } from '../../transport/last-of.js';
import type { Client } from './client.js';
import type { Membership } from './membership.js';
import { byName, fieldMapOf, roomDataReply } from './messages.js';
import type { ClientEntry, Reply, RoomNews } from './messages.js';
import type { FieldValues } from './options.js';
import type { Stranger, Strangers } from './strangers.js';

/** A room as EasyRTC clients see it; there while one of them is in it. */
export class RoomView {
  /** As this protocol calls the room. */
  readonly name: string;
  /** Its key in `Rooms`. */
  readonly key: string;
  fields: FieldValues;
  readonly members = new Map<string, Membership>();
  readonly #strangers: Strangers;
  readonly #present = new Map<Participant, Stranger>();

  constructor(name: string, key: string, fields: FieldValues, strangers: Strangers) {
    this.name = name;
    this.key = key;
    this.fields = fields;
    this.#strangers = strangers;
  }

  /** Everybody, the receiver included. */
  get clientList(): Readonly<Record<string, ClientEntry>> {
    const list: [string, ClientEntry][] = [];
    for (const [id, membership] of this.members) list.push([id, membership.listEntry]);
    for (const { entry } of this.#present.values()) list.push([entry.easyrtcid, entry]);
    return byName(list);
  }

  /** What somebody is told who has joined. */
  get joined(): RoomNews {
    const field = fieldMapOf(this.fields);
    return { roomName: this.name, roomStatus: 'join', clientList: this.clientList, ...(field && { field }) };
  }

  /** What the members are told of a participant that comes or goes. */
  readonly newsOf = lastOf((event: RoomEvent & { readonly participant: Participant }) => this.#newsOf(event));

  /** The id of somebody else's participant here. */
  idOf(participant: Participant): string {
    return this.#memberOf(participant) ? participant.id : this.meet(participant).entry.easyrtcid;
  }

  /** Somebody of another protocol, who is shown from now on. */
  meet(participant: Participant): Stranger {
    const known = this.#present.get(participant);
    if (known) return known;
    const stranger = this.#strangers.admit(participant, this);
    this.#present.set(participant, stranger);
    return stranger;
  }

  /** Nobody of ours is in it any more. */
  end(): void {
    for (const { entry } of this.#present.values()) this.#strangers.forget(entry.easyrtcid);
    this.#present.clear();
  }

  /** Tells the members but one. */
  tell(reply: Reply, except: Client): void {
    for (const { client } of this.members.values()) if (client !== except) client.command(reply);
  }

  /** The news that somebody here is now as the entry says (EasyRTC §7). */
  update(entry: ClientEntry): RoomNews {
    return this.#delta({ updateClient: byName([[entry.easyrtcid, entry]]) });
  }

  /** Undefined for a participant of another protocol. */
  #memberOf(participant: Participant): Membership | undefined {
    const member = this.members.get(participant.id);
    return member?.participant === participant ? member : undefined;
  }

  #newsOf(event: RoomEvent & { readonly participant: Participant }): Reply {
    const { participant } = event;
    if (event.type === 'participantJoined') {
      const member = this.#memberOf(participant);
      const entry = member ? member.deltaEntry : this.meet(participant).entry;
      return roomDataReply(byName([[this.name, this.update(entry)]]));
    }
    const id = this.idOf(participant);
    if (this.#present.delete(participant)) this.#strangers.forget(id);
    const delta = this.#delta({ removeClient: byName([[id, { easyrtcid: id }]]) });
    return roomDataReply(byName([[this.name, delta]]));
  }

  #delta(clientListDelta: NonNullable<RoomNews['clientListDelta']>): RoomNews {
    return { roomName: this.name, roomStatus: 'update', clientListDelta };
  }
}
