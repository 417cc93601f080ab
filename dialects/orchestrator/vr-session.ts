import type { Participant, Room } from '../../rooms/index.js';
import type { SfuData, SfuService } from './options.js';
import { filled, noAddresses } from './sfu.js';

export interface SessionOptions {
  readonly id: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly protocol: string;
  readonly scenarioId: string | undefined;
  /** A user's id; or that of a participant of another dialect, where the room was made there. */
  readonly administrator: string | undefined;
  /** Who forwards heavy media, at which host; undefined where nobody does. */
  readonly sfu?: { readonly service: SfuService; readonly hostname: string } | undefined;
}

/** A room as this dialect shows it: what only this dialect knows of it stands here. */
export class Session {
  readonly room: Room;
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly protocol: string;
  readonly scenarioId: string | undefined;
  readonly administrator: string | undefined;
  readonly sfuService: SfuService | undefined;
  readonly #hostname: string;

  constructor(room: Room, { id, name, description, protocol, scenarioId, administrator, sfu }: SessionOptions) {
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

  /** Where a participant finds and offers heavy media. */
  addressesFor({ id }: Pick<Participant, 'id'>): SfuData {
    if (!this.sfuService) return noAddresses;
    return filled(this.sfuService.sfuData, { hostname: this.#hostname, session: this.id, user: id });
  }
}
