import type { RoomJournal } from './journal.js';
import type { Position } from './position.js';

/** A room that this node owns, whether it is open or not. */
export interface OwnedRoom {
  /** Its key. */
  readonly name: string;
  /** What stands for it in names of Redis. */
  readonly hash: string;
  readonly journal: RoomJournal;
  /** As `Owner.logEnd`. */
  readonly logEnd?: Position | undefined;
}

/** What a room itself keeps (rooms/journal.ts), and which media servers it uses. Other fields outlive it, or belong to the relay. */
const ownField = /^(?:room$|media$|[mpsd]:|chat:)/;

/** Writes what the room is into its journal. */
export class JournaledRoom implements OwnedRoom {
  readonly name: string;
  readonly hash: string;
  readonly journal: RoomJournal;
  readonly logEnd: Position | undefined;
  readonly #serversOf: (pipeline: string) => readonly string[];
  readonly #fields: Set<string>;
  #lastSlot: number;
  /** While Redis is asked to remove it. Resolves when this node does not own it any more. */
  leaving: Promise<void> | undefined;
  /** While it is about to be given to another node. */
  isPaused = false;
  /** While another node is made its owner: nobody comes in. Resolves when that has happened, or when the room stays. */
  handing: Promise<void> | undefined;
  /** Of the last time that it was to be closed once nothing is due. */
  attempt = 0;
  /** Ends the wait for the room to be opened. */
  stopWaiting: (() => void) | undefined;

  /**
   * @param state what a former owner has left
   * @param serversOf URLs of the media servers that a pipeline is on, by its record
   */
  constructor(
    { name, hash, logEnd }: Pick<OwnedRoom, 'name' | 'hash' | 'logEnd'>,
    journal: RoomJournal,
    state: ReadonlyMap<string, string>,
    serversOf: (pipeline: string) => readonly string[],
  ) {
    this.name = name;
    this.hash = hash;
    this.journal = journal;
    this.logEnd = logEnd;
    this.#serversOf = serversOf;
    this.#fields = new Set([...state.keys()].filter((field) => ownField.test(field)));
    this.#lastSlot = Math.max(0, ...[...this.#fields].map(slotIn));
  }

  /** No participant has had it, or one after it, also if the room was closed and is opened again. */
  get nextSlot(): number {
    return this.#lastSlot + 1;
  }

  /** As `Journal.changed`. */
  changed(field: string, record: (() => unknown) | undefined): void {
    this.#lastSlot = Math.max(this.#lastSlot, slotIn(field));
    if (!record) {
      this.journal.remove(field);
      this.#fields.delete(field);
      return;
    }
    if (ownField.test(field)) this.#fields.add(field);
    if (field === 'room') this.#roomChanged(record);
    else this.journal.set(field, () => JSON.stringify(record()));
  }

  /** Nothing of the room is there any more. */
  closed(): void {
    for (const field of this.#fields) this.journal.remove(field);
    this.#fields.clear();
  }

  /** Which media servers it uses is written beside it, for those that may take it over. */
  #roomChanged(record: () => unknown): void {
    let pipeline: unknown;
    this.journal.set('room', () => {
      const made = record();
      pipeline = typeof made === 'object' && made !== null && Reflect.get(made, 'pipeline');
      return JSON.stringify(made);
    });
    this.#fields.add('media');
    this.journal.set('media', () => (typeof pipeline === 'string' ? this.#serversOf(pipeline).join(' ') : ''));
  }
}

/** The slot of the participant whose field it is; 0 for another field. */
function slotIn(field: string): number {
  return field.startsWith('m:') ? Number(field.slice(2)) : 0;
}
