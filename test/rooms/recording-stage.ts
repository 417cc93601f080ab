import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Rooms, changedGrants, noGrants, roles, roomsRecordSchema } from '../../rooms/index.js';
import type {
  AuditEntry,
  Grants,
  Participant,
  RecordingFacts,
  RecordingWish,
  Room,
  RoomEvent,
  RoomRecorder,
  RoomsOptions,
} from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import type { FakeRecorder } from '../support/fake-media.js';
import { ManualTime } from '../support/manual-time.js';
import { MemoryStore } from '../support/memory-store.js';
import { attributesOf, joinAtOnce } from './stage.js';

export const audio = 'v=0\r\nm=audio 9 RTP 111\r\na=mid:0\r\na=sendrecv\r\n';
export const both = `${audio}m=video 9 RTP 96\r\na=mid:1\r\na=sendonly\r\n`;

export const program = { administrator: 'key', bearer: { grantsIn: () => roles.MODERATOR } };
/** Those of somebody who publishes, and more. */
export const publisher = (grants: Partial<Grants> = {}) => changedGrants({ ...noGrants, ...roles.PUBLISHER }, grants);

/** Rooms that record in memory, with the events of each participant. */
export class RecordingStage {
  readonly media = new FakeMedia();
  readonly store = new MemoryStore();
  readonly time = new ManualTime();
  readonly audits: AuditEntry[] = [];
  readonly watched: RoomEvent[] = [];
  readonly told = new Map<string, RoomEvent[]>();
  rooms: Rooms;
  readonly #options: RoomsOptions;

  constructor(options: RoomsOptions = {}) {
    this.#options = {
      recordings: this.store,
      later: this.time.later,
      audit: (entry) => this.audits.push(entry),
      ...options,
    };
    this.rooms = this.begin();
  }

  begin(): Rooms {
    this.rooms = new Rooms(this.media, this.#options);
    this.rooms.watch({ roomOpened: () => undefined, happened: (_, event) => this.watched.push(event) });
    return this.rooms;
  }

  join(id: string, grants: Grants = publisher(), room = 'r1'): Participant {
    const bearer = { grantsIn: () => grants, claims: {} };
    return joinAtOnce(this.rooms, room, { id, attributes: attributesOf(id), bearer }, () => this.outbox(id));
  }

  outbox(id: string): (event: RoomEvent) => void {
    const events: RoomEvent[] = [];
    this.told.set(id, events);
    return (event) => events.push(event);
  }

  get room(): Room {
    const room = this.rooms.find('r1');
    if (!room) throw new Error('there is no room');
    return room;
  }

  get by(): RoomRecorder {
    return this.room.recordedBy(program);
  }

  start(wish: RecordingWish = {}): Promise<RecordingFacts> {
    return this.by.start(wish);
  }

  /** This process lets go, and the next one goes on. */
  async restart(): Promise<void> {
    const record = JSON.stringify(this.rooms.record(({ id }) => ({ id })));
    this.rooms.letGo();
    await this.settle();
    const rooms = this.begin();
    rooms.restore(roomsRecordSchema.parse(JSON.parse(record)), ({ id }) => ({ outbox: this.outbox(id) }));
  }

  /** What somebody has been told of recordings. */
  heard(id: string): string[] {
    return recordingsIn(this.told.get(id) ?? []);
  }

  get recorders(): FakeRecorder[] {
    return [...this.media.recorders];
  }

  /** What was begun and told settles. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 12; turns += 1) await turn();
  }

  /** @throws AssertionError unless each recording has ended, and nothing is left on the media server but the rooms that are open */
  async expectNothingLeft(): Promise<void> {
    await this.settle();
    expect(this.media.recorders.size, 'recorders that are left').to.equal(0);
    expect(Math.max(0, ...this.media.releases.values()), 'released once').to.be.at.most(1);
    for (const folder of this.store.folders) expect(folder.ended, folder.recording.id).to.not.equal(undefined);
  }
}

/** What of it is about recordings. */
export function recordingsIn(events: readonly RoomEvent[]): string[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case 'recordingStarted':
      case 'recordingChanged':
        return [`${event.type} ${event.recording.state}`];
      case 'recordingStopped':
      case 'recordingFailed':
        return [`${event.type} ${event.recording.state} ${event.reason}`];
      case 'recorderPresent':
        return [`${event.type} ${event.isPresent}`];
      default:
        return [];
    }
  });
}
