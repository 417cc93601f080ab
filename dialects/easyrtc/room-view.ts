import type { Participant, RoomEvent } from '../../rooms/index.js';
import { lastOf } from '../../transport/last-of.js';
import type { Client } from './client.js';
import type { Membership } from './membership.js';
import { byName, fieldMapOf, roomDataReply } from './messages.js';
import type { ClientEntry, Reply, RoomNews } from './messages.js';
import type { FieldValues } from './options.js';
import type { Outsider, Outsiders } from './outsiders.js';

/** A room as EasyRTC clients see it. It exists while one of them is in the room. */
export class RoomView {
  /** The name that the room has in this protocol. */
  readonly name: string;
  /** Its key in `Rooms`. */
  readonly key: string;
  fields: FieldValues;
  readonly #members = new Map<string, Membership>();
  /** Also of participants that have left. */
  readonly #own = new WeakMap<Participant, Membership>();
  readonly #outsiders: Outsiders;
  readonly #present = new Map<Participant, Outsider>();

  constructor(name: string, key: string, fields: FieldValues, outsiders: Outsiders) {
    this.name = name;
    this.key = key;
    this.fields = fields;
    this.#outsiders = outsiders;
  }

  /** By their `easyrtcid`. */
  get members(): ReadonlyMap<string, Membership> {
    return this.#members;
  }

  add(membership: Membership): void {
    this.#members.set(membership.client.easyrtcid, membership);
    this.#own.set(membership.participant, membership);
  }

  remove({ client }: Membership): void {
    this.#members.delete(client.easyrtcid);
  }

  /** Everybody in the room whom the receiver may see, including the receiver. */
  clientListFor(receiver: Client): Readonly<Record<string, ClientEntry>> {
    const list: [string, ClientEntry][] = [];
    for (const [id, membership] of this.members) {
      if (!membership.isHidden || membership.client === receiver) list.push([id, membership.listEntry]);
    }
    for (const { entry } of this.#present.values()) list.push([entry.easyrtcid, entry]);
    return byName(list);
  }

  /** What a client is told when it has joined. */
  joinedBy(client: Client): RoomNews {
    const field = fieldMapOf(this.fields);
    const clientList = this.clientListFor(client);
    return { roomName: this.name, roomStatus: 'join', clientList, ...(field && { field }) };
  }

  /** What the members are told when a participant joins or leaves. */
  readonly newsOf = lastOf((event: RoomEvent & { readonly participant: Participant }) => this.#newsOf(event));

  /** The id by which clients know a participant of any protocol. */
  idOf(participant: Participant): string {
    return this.#own.get(participant)?.client.easyrtcid ?? this.meet(participant).entry.easyrtcid;
  }

  /** The outsider of a participant of another protocol. It is shown from now on. */
  meet(participant: Participant): Outsider {
    const known = this.#present.get(participant);
    if (known) return known;
    const outsider = this.#outsiders.admit(participant, this);
    this.#present.set(participant, outsider);
    return outsider;
  }

  /** Called when no client of this protocol is in the room any more. */
  end(): void {
    for (const { entry } of this.#present.values()) this.#outsiders.forget(entry.easyrtcid);
    this.#present.clear();
  }

  /** Tells all members except one. */
  tell(reply: Reply, except: Client): void {
    for (const { client } of this.members.values()) if (client !== except) client.command(reply);
  }

  /** The news that a client has changed to this entry (docs/protocols/easyrtc.md#7-what-the-server-sends-by-itself). */
  update(entry: ClientEntry): RoomNews {
    return this.#delta({ updateClient: byName([[entry.easyrtcid, entry]]) });
  }

  #newsOf(event: RoomEvent & { readonly participant: Participant }): Reply {
    const { participant } = event;
    if (event.type === 'participantJoined') {
      const member = this.#own.get(participant);
      const entry = member ? member.deltaEntry : this.meet(participant).entry;
      return roomDataReply(byName([[this.name, this.update(entry)]]));
    }
    const id = this.idOf(participant);
    if (this.#present.delete(participant)) this.#outsiders.forget(id);
    const delta = this.#delta({ removeClient: byName([[id, { easyrtcid: id }]]) });
    return roomDataReply(byName([[this.name, delta]]));
  }

  #delta(clientListDelta: NonNullable<RoomNews['clientListDelta']>): RoomNews {
    return { roomName: this.name, roomStatus: 'update', clientListDelta };
  }
}
