import type { Participant } from '../../rooms/index.js';
import type { Group } from './group.js';
import type { Identity } from './identity.js';

/** A participant of another protocol, as clients see it (docs/protocols/concierge.md#15-sharing-rooms). */
export class Outsider implements Identity {
  readonly participant: Participant;
  readonly uuid: string;
  /** Only its subscribers are told of the outsider. Set when the outsider is put into the group. */
  group: Group | undefined;
  #name: string;
  #json: string | undefined;

  constructor(participant: Participant, uuid: string, name: string) {
    this.participant = participant;
    this.uuid = uuid;
    this.#name = name;
  }

  get name(): string {
    return this.#name;
  }

  /** Changes only when a client takes the name. */
  set name(name: string) {
    this.#name = name;
    this.#json = undefined;
  }

  get json(): string {
    const { name, uuid } = this;
    this.#json ??= JSON.stringify({
      name,
      nickname: null,
      uuid,
      tags: ['gateway', this.participant.attributes.dialect],
    });
    return this.#json;
  }
}

/**
 * The names that an outsider may get, the best one first. The last one is nobody else's, because it holds the whole uuid. Their number
 * does not depend on how many have the same name.
 */
export function namesOf({ id, attributes: { displayName } }: Participant, uuid: string): readonly string[] {
  const name = displayName || id;
  return [name, ...[id.slice(0, 4), uuid.slice(0, 4), uuid.slice(0, 8), uuid].map((mark) => `${name}-${mark}`)];
}
