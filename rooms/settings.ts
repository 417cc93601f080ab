import type { MediaKind } from '../media/port.js';
import { RoomError } from './errors.js';
import { checkedName } from './names.js';
import { assertMetadata } from './profile.js';
import type { StreamSource } from './streams.js';
import { mostKeptTexts } from './text-history.js';

/** What of a room is recorded from its first stream on. */
export interface AutoRecord {
  /** Default: streams of all sources. */
  readonly sources?: readonly StreamSource[] | undefined;
  /** Default: both. */
  readonly kinds?: readonly MediaKind[] | undefined;
}

/** What can be set for a room, in advance and while it runs. The defaults are options (ROOM_…), except where it says so. */
export interface RoomSettings {
  /** For people, where it differs from the name. Null: none. */
  readonly title: string | null;
  /** 0: any number. Hidden participants, recorders and those who wait do not count. */
  readonly maxParticipants: number;
  /** How long a room that was made in advance waits for its first participant, in s. */
  readonly emptyTimeoutS: number;
  /** How long a room stays after its last participant, in s. Default: 20 where it was made in advance, 0 where it was opened by joining. */
  readonly departureTimeoutS: number;
  /** At most `maxMetadataBytes` of UTF-8; the server does not read it. */
  readonly metadata: string;
  /** Nobody comes in but moderators. */
  readonly locked: boolean;
  /** A moderator lets people in one by one. */
  readonly waitingRoom: boolean;
  /** Those who come later are muted. */
  readonly mutedOnEntry: boolean;
  /** A hash of the password, as `Passwords` (passwords.ts) makes it. Null: none is asked for. */
  readonly passwordHash: string | null;
  /** Whether public lists show the room. */
  readonly listed: boolean;
  /** How many of the last texts that were said to everybody are kept for newcomers. 0: none. */
  readonly chatHistory: number;
  /**
   * Of how many of the latest speakers a receiver gets the video, where its client has not said otherwise. 0: of everybody. Screens come
   * besides.
   */
  readonly lastN: number;
  /** Receivers get the audio of so many, the loudest at each time, where the media server knows how loud they are. 0: of everybody. */
  readonly audioLastN: number;
  /** How long the name cannot be opened again after a moderator has ended the room, in s. */
  readonly keepClosedS: number;
  /** Null: nothing is recorded unless somebody wants it. */
  readonly autoRecord: AutoRecord | null;
}

export const defaultSettings: RoomSettings = {
  title: null,
  maxParticipants: 0,
  emptyTimeoutS: 300,
  departureTimeoutS: 0,
  metadata: '',
  locked: false,
  waitingRoom: false,
  mutedOnEntry: false,
  passwordHash: null,
  listed: true,
  chatHistory: 50,
  lastN: 0,
  audioLastN: 0,
  keepClosedS: 0,
  autoRecord: null,
};

/** Of a room that is made in advance. */
export const defaultDepartureTimeoutS = 20;

const longestTimeoutS = 86_400;
/** Nobody shows more pictures at a time, or hears more voices. */
export const mostLastN = 1_000;

/** The settings that are whole numbers, and the most of each. */
const bounds = [
  ['maxParticipants', Number.MAX_SAFE_INTEGER],
  ['emptyTimeoutS', longestTimeoutS],
  ['departureTimeoutS', longestTimeoutS],
  ['keepClosedS', longestTimeoutS],
  ['chatHistory', mostKeptTexts],
  ['lastN', mostLastN],
  ['audioLastN', mostLastN],
] as const;

/** @throws RoomError `invalid-name` for the title, `invalid-text` for metadata that is too long, `not-allowed` for a number out of range */
export function checkedSettings(given: Partial<RoomSettings>, maxMetadataBytes: number): Partial<RoomSettings> {
  const { title, metadata } = given;
  if (metadata !== undefined) assertMetadata(metadata, maxMetadataBytes);
  for (const [name, most] of bounds) {
    const value = given[name] ?? 0;
    if (!Number.isInteger(value) || value < 0 || value > most) {
      throw new RoomError('not-allowed', `${name} must be a whole number from 0 to ${most}`);
    }
  }
  return typeof title === 'string'
    ? { ...given, title: title === '' ? null : checkedName(title, 'The title of a room') }
    : given;
}

/** What differs from the present settings; undefined when nothing does. */
export function changesOf(present: RoomSettings, given: Partial<RoomSettings>): Partial<RoomSettings> | undefined {
  const changed = (Object.keys(given) as (keyof RoomSettings)[]).filter(
    (name) => given[name] !== undefined && !isSame(given[name], present[name]),
  );
  if (changed.length === 0) return undefined;
  // Their names and types are those of RoomSettings.
  return Object.fromEntries(changed.map((name) => [name, given[name]])) as Partial<RoomSettings>;
}

/** Of values that are plain data. */
function isSame(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other));
}
