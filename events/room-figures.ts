import { Durations } from '../durations.js';
import type { JoinOutcome, Participant, Room, RoomEvent, RoomsWatcher } from '../rooms/index.js';
import { Tally } from '../tally.js';
import type { ParticipantEnd } from './server-event.js';

/** Upper bounds for what lasts as long as a meeting, in s. */
const longBounds = [10, 60, 300, 900, 1_800, 3_600, 7_200, 14_400] as const;

/** What has happened in the rooms since the start. */
export class RoomFigures implements RoomsWatcher {
  readonly joins = new Tally<readonly [door: string, outcome: JoinOutcome]>();
  /** From the request until it was answered, by door. */
  readonly joinTimes = new Map<string, Durations>();
  readonly leaves = new Tally<readonly [door: string, reason: ParticipantEnd]>();
  /** How long people were in a room. */
  readonly sessions = new Durations(longBounds);
  /** How long rooms were open. */
  readonly lives = new Durations(longBounds);
  readonly failedRecordings = new Tally<readonly [reason: string]>();
  /** Of all files that are whole. */
  recordedBytes = 0;
  readonly #now: () => number;

  /** @param now the time in ms since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  roomOpened(): void {
    // It counts when it closes.
  }

  restored(): void {
    // Another process has counted what happened before.
  }

  joinEnded(door: string, outcome: JoinOutcome, ms: number): void {
    this.joins.add(door, outcome);
    if (outcome !== 'joined') return;
    let times = this.joinTimes.get(door);
    if (!times) this.joinTimes.set(door, (times = new Durations()));
    times.took(ms);
  }

  happened(room: Room, event: RoomEvent): void {
    switch (event.type) {
      case 'participantLeft':
        this.#left(event.participant, event.reason);
        return;
      case 'roomClosed':
        for (const { participant } of event.members) this.#left(participant, 'room-closed');
        this.lives.took(this.#now() - room.createdAt);
        return;
      case 'recordingFailed':
        this.failedRecordings.add(event.reason);
        this.#recorded(event.files);
        return;
      case 'recordingStopped':
        this.#recorded(event.files);
        return;
      default:
    }
  }

  #left({ attributes, joinedAt }: Participant, reason: ParticipantEnd): void {
    this.leaves.add(attributes.dialect, reason);
    this.sessions.took(this.#now() - joinedAt);
  }

  #recorded(files: readonly { readonly bytes: number }[] = []): void {
    for (const { bytes } of files) this.recordedBytes += bytes;
  }
}
