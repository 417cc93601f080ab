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
  /** A hash of the password, as `Passwords.hash` makes it. Null: none is asked for. */
  readonly passwordHash: string | null;
  /** Whether public lists show the room. */
  readonly listed: boolean;
  /** How long the name cannot be opened again after a moderator has ended the room, in s. */
  readonly keepClosedS: number;
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
  keepClosedS: 0,
};

/** Of a room that is made in advance. */
export const defaultDepartureTimeoutS = 20;
