import type { Participant, Room } from '../../rooms/index.js';
import type { SfuData, SfuService } from './options.js';
import { filled, noAddresses } from './sfu.js';

export interface VrSessionOptions {
  readonly id: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly protocol: string;
  readonly scenarioId: string | undefined;
  /** The id of a user, or of a participant of another dialect if the room was made there. */
  readonly administrator: string | undefined;
  /** The service that forwards heavy media, and its host; undefined when there is none. */
  readonly sfu?: { readonly service: SfuService; readonly hostname: string } | undefined;
}

/** A room as this dialect shows it, with what only this dialect knows of it. On the wire it is a Session. */
export class VrSession {
  readonly room: Room;
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly protocol: string;
  readonly scenarioId: string | undefined;
  readonly administrator: string | undefined;
  readonly sfuService: SfuService | undefined;
  readonly #hostname: string;

  constructor(room: Room, { id, name, description, protocol, scenarioId, administrator, sfu }: VrSessionOptions) {
    this.room = room;
    this.id = id;
    this.name = name;
    this.description = description;
    this.protocol = protocol;
    this.scenarioId = scenarioId;
    this.administrator = administrator;
    this.sfuService = sfu?.service;
    this.#hostname = sfu?.hostname ?? '';
  }

  /** The addresses at which a participant sends and receives heavy media. */
  addressesFor({ id }: Pick<Participant, 'id'>): SfuData {
    if (!this.sfuService) return noAddresses;
    return filled(this.sfuService.sfuData, { hostname: this.#hostname, session: this.id, user: id });
  }
}
