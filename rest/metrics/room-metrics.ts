import { qualityLevels } from '../../rooms/index.js';
import type { Room, Rooms } from '../../rooms/index.js';
import { byLabel, counted, single } from './metric.js';
import type { Classes, Counted, MetricTable } from './metric.js';

/** What has happened in the rooms since the start. */
export interface RoomCounts {
  readonly joins: Counted<readonly [door: string, outcome: string]>;
  readonly joinTimes: ReadonlyMap<string, Classes>;
  readonly leaves: Counted<readonly [door: string, reason: string]>;
  readonly sessions: Classes;
  readonly lives: Classes;
  readonly failedRecordings: Counted<readonly [reason: string]>;
  readonly recordedBytes: number;
}

interface From {
  readonly rooms: Rooms;
  readonly happened: RoomCounts;
  /** Sessions that their clients came back to, by door. */
  readonly doors: Iterable<{ readonly door: string; readonly resumed: number }>;
  /** In the folder of recordings; undefined where nothing is recorded. */
  readonly freeBytes: number | undefined;
}

/** Of rooms by how many are in them, the largest first. */
const sizes = [
  [51, '51+'],
  [13, '13-50'],
  [6, '6-12'],
  [3, '3-5'],
  [0, '1-2'],
] as const;

function sizeOf(room: Room): string {
  return sizes.find(([least]) => room.size >= least)?.[1] ?? '1-2';
}

export const roomMetrics: MetricTable<From> = [
  {
    name: 'atrium_rooms',
    type: 'gauge',
    help: 'Rooms that are open, by how many are in them',
    labels: ['size'],
    read: ({ rooms }, into) => {
      for (const [, size] of sizes) into.inc({ size }, 0);
      for (const room of rooms) into.inc({ size: sizeOf(room) });
    },
  },
  {
    name: 'atrium_participants',
    type: 'gauge',
    help: 'Participants of all rooms, by the protocol they speak',
    labels: ['door'],
    read: ({ rooms }, into) => {
      for (const room of rooms) for (const { attributes } of room.participants) into.inc({ door: attributes.dialect });
    },
  },
  {
    name: 'atrium_publications',
    type: 'gauge',
    help: 'Open publications of all rooms, by what they show',
    labels: ['source'],
    read: ({ rooms }, into) => {
      for (const room of rooms)
        for (const { publications } of room.participants) for (const { source } of publications) into.inc({ source });
    },
  },
  {
    name: 'atrium_subscriptions',
    type: 'gauge',
    help: 'Subscriptions of all rooms, by what the publication shows',
    labels: ['source'],
    read: ({ rooms }, into) => {
      for (const room of rooms)
        for (const { subscriptions } of room.participants)
          for (const { publication } of subscriptions) into.inc({ source: publication.source });
    },
  },
  {
    name: 'atrium_waiting',
    type: 'gauge',
    help: 'Clients that wait to be let into a room',
    labels: ['door'],
    read: ({ rooms }, into) => {
      for (const room of rooms) for (const { door } of room.waiting) into.inc({ door });
    },
  },
  {
    name: 'atrium_quality',
    type: 'gauge',
    help: 'Participants whose clients report it, by how well their sound and pictures get through',
    labels: ['level'],
    read: ({ rooms }, into) => {
      for (const level of qualityLevels) into.inc({ level }, 0);
      for (const room of rooms)
        for (const { quality } of room.participants) if (quality) into.inc({ level: quality.level });
    },
  },
  {
    name: 'atrium_joins_total',
    type: 'counter',
    help: 'Joins since the start. joined: as a newcomer. resumed: as before. Anything else is why it was refused',
    labels: ['door', 'outcome'],
    read: ({ happened, doors }, into) => {
      for (const { words, count } of happened.joins) into.inc({ door: words[0], outcome: words[1] }, count);
      for (const { door, resumed } of doors) into.inc({ door, outcome: 'resumed' }, resumed);
    },
  },
  {
    name: 'atrium_join_seconds',
    type: 'histogram',
    help: 'How long it took to let somebody into a room',
    labels: ['door'],
    read: ({ happened }) => byLabel('door', happened.joinTimes),
  },
  counted(
    'atrium_leaves_total',
    'Participants that are not in their room any more',
    ['door', 'reason'],
    ({ happened }) => happened.leaves,
  ),
  {
    name: 'atrium_session_seconds',
    type: 'histogram',
    help: 'How long participants were in a room',
    labels: [],
    read: ({ happened }) => [{ of: happened.sessions }],
  },
  {
    name: 'atrium_room_seconds',
    type: 'histogram',
    help: 'How long rooms were open',
    labels: [],
    read: ({ happened }) => [{ of: happened.lives }],
  },
  single('atrium_recordings', 'gauge', 'Recordings that run', ({ rooms }) =>
    [...rooms].reduce((sum, { recordings }) => sum + recordings.length, 0),
  ),
  single(
    'atrium_recording_bytes_total',
    'counter',
    'Bytes of the files of recordings that have ended',
    ({ happened }) => happened.recordedBytes,
  ),
  counted(
    'atrium_recordings_failed_total',
    'Recordings that have failed',
    ['reason'],
    ({ happened }) => happened.failedRecordings,
  ),
  {
    name: 'atrium_recordings_free_bytes',
    type: 'gauge',
    help: 'What is free in the folder of recordings. Absent where nothing is recorded',
    labels: [],
    read: ({ freeBytes }, into) => {
      if (freeBytes !== undefined) into.inc(freeBytes);
    },
  },
];
