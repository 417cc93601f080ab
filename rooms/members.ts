import type * as api from './index.js';
import type { Participant } from './participant.js';

/** How a newcomer is known in a room. */
export interface Place {
  readonly id: string;
  readonly name: string;
  /** Whether nobody can take the name from the participant. */
  readonly keepsName: boolean;
  /** The participant that has the name so far and gives it up. */
  readonly namesake: Participant | undefined;
}

/**
 * The participants of one room, by id and by name. A name that is an address in the protocol of a participant comes first: of
 * participants of other protocols nobody keeps it (docs/protocols/bridging.md#2-participants).
 */
export class Members {
  readonly #byId = new Map<string, Participant>();
  readonly #byName = new Map<string, Participant>();
  /** Those that have proved who they are. Made with the first one. */
  #byIdentity: Map<string, Participant> | undefined;
  #hidden = 0;
  #uncounted = 0;

  /** With the hidden ones. */
  get size(): number {
    return this.#byId.size;
  }

  /** Without the hidden ones. */
  get visible(): number {
    return this.#byId.size - this.#hidden;
  }

  /** Without those that `maxParticipants` does not count. */
  get counted(): number {
    return this.#byId.size - this.#uncounted;
  }

  /** With the hidden ones. */
  [Symbol.iterator](): Iterator<Participant> {
    return this.#byId.values();
  }

  get shown(): Iterable<Participant> {
    return this.#hidden === 0 ? this : [...this.#byId.values()].filter(({ grants }) => !grants.hidden);
  }

  /** Hidden or not. */
  find(id: string): Participant | undefined {
    return this.#byId.get(id);
  }

  findByName(name: string): Participant | undefined {
    return this.#byName.get(name);
  }

  /** Somebody who has proved to be that. */
  findByIdentity(identity: string): Participant | undefined {
    return this.#byIdentity?.get(identity);
  }

  /**
   * Undefined when a participant of the same protocol has the id, or the name that the newcomer cannot do without.
   * @param leaving does not count: it leaves for the newcomer
   */
  placeFor(newcomer: api.Newcomer, leaving?: Participant): Place | undefined {
    const { id: wanted, attributes, idIsName = wanted === attributes.displayName } = newcomer;
    const { displayName, dialect } = attributes;
    const staying = (participant: Participant | undefined) => (participant === leaving ? undefined : participant);
    const present = staying(this.#byId.get(wanted));
    if (present?.attributes.dialect === dialect || (idIsName && present?.keepsName)) return undefined;
    const id = present ? firstFree(wanted, this.#byId) : wanted;
    if (!idIsName) return { id, name: this.#freeName(id, displayName), keepsName: false, namesake: undefined };
    const namesake = staying(this.#byName.get(wanted));
    if (namesake?.keepsName || namesake?.attributes.dialect === dialect) return undefined;
    return { id, name: wanted, keepsName: true, namesake };
  }

  add(participant: Participant): void {
    this.#byId.set(participant.id, participant);
    this.#byName.set(participant.name, participant);
    this.#count(participant, 1);
    const { identity } = participant.bearer;
    if (identity !== undefined) (this.#byIdentity ??= new Map<string, Participant>()).set(identity, participant);
  }

  remove(participant: Participant): void {
    this.#byId.delete(participant.id);
    this.#byName.delete(participant.name);
    this.#count(participant, -1);
    const { identity } = participant.bearer;
    if (identity !== undefined && this.#byIdentity?.get(identity) === participant) this.#byIdentity.delete(identity);
  }

  clear(): void {
    this.#byId.clear();
    this.#byName.clear();
    this.#byIdentity?.clear();
    this.#hidden = 0;
    this.#uncounted = 0;
  }

  /** @param name default: a longer form of what the participant is called */
  rename(participant: Participant, name = this.#longerName(participant.id, participant.attributes.displayName)): void {
    this.#byName.delete(participant.name);
    participant.name = name;
    this.#byName.set(name, participant);
  }

  #count({ grants: { hidden, recorder } }: Participant, by: 1 | -1): void {
    if (hidden) this.#hidden += by;
    if (hidden || recorder) this.#uncounted += by;
  }

  #freeName(id: string, displayName: string): string {
    const shown = displayName || id;
    return this.#byName.has(shown) ? this.#longerName(id, displayName) : shown;
  }

  /** `displayName`, made unique with a piece of the id. */
  #longerName(id: string, displayName: string): string {
    const shown = displayName || id;
    const names = [`${shown}-${id.slice(0, 4)}`, `${shown}-${id}`];
    return names.find((name) => !this.#byName.has(name)) ?? firstFree(`${shown}-${id}`, this.#byName);
  }
}

function firstFree(text: string, taken: ReadonlyMap<string, unknown>): string {
  let number = 2;
  while (taken.has(`${text}-${number}`)) number += 1;
  return `${text}-${number}`;
}
