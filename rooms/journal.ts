import type { RecordOf } from './rooms-options.js';

/**
 * Keeps the rooms outside of this process, entity by entity, so that another process can go on with them whenever this one ends
 * (`Rooms.restore`). Called in the turn in which something changes, perhaps more than once. Must not throw.
 *
 * The fields of a room are `room`, `m:SLOT` for a participant, `p:SLOT:STREAM` for what it publishes, `s:SLOT:SLOT:STREAM` for what the
 * first one receives of the second one, `chat:ID` for a text, and `d:DIALECT:KEY` for a value that a dialect keeps (rooms/records.ts has
 * their contents). Those that begin with `ban:` are about the name of the room, and outlive it: who may not come in, and until when.
 */
export interface Journal {
  /** @param record makes plain data of it, now or at the end of the turn; undefined: it is not there any more */
  changed(room: string, field: string, record: (() => unknown) | undefined): void;
  /** Nothing of it is there any more, but for fields that outlive it. */
  closed(room: string): void;
  /**
   * The slot of the first participant of a room that is opened: another one than those of a former room of the name that are still told
   * something. Default: 1.
   */
  firstSlot?(room: string): number;
  /** For participants. */
  readonly recordOf: RecordOf;
}
