import type { Health } from '../health.js';
import { byLabel, counted } from './metric.js';
import type { Classes, Counted, Metric, MetricTable } from './metric.js';

/** What the clients of one protocol have done since the start. */
export interface DoorCounts {
  readonly door: string;
  readonly came: number;
  readonly received: number;
  readonly receivedBytes: number;
  readonly sent: number;
  readonly sentBytes: number;
  readonly slowReaders: number;
  readonly resumed: number;
  /** Bytes that wait now. */
  readonly queuedBytes: number;
  readonly errors: Counted<readonly [code: string]>;
  /** How long requests took, by name. */
  readonly answers: ReadonlyMap<string, Classes>;
}

interface From {
  readonly health: Health;
  readonly doors: readonly DoorCounts[];
  /** Clients that were not let in. */
  readonly refused: Counted<readonly [door: string, reason: string]>;
  readonly tokensRefused: Counted<readonly [cause: string]>;
  /** How long the service at AUTH_HOOK_URL took, by what came of it. */
  readonly hookTimes: ReadonlyMap<string, Classes>;
}

export const doorMetrics: MetricTable<From> = [
  {
    name: 'atrium_connections',
    type: 'gauge',
    help: 'Clients that are connected, by the protocol they speak',
    labels: ['door'],
    read: ({ health }, into) => {
      for (const { name, connections } of health.dialects) into.inc({ door: name }, connections);
    },
  },
  eachDoor('atrium_connections_total', 'counter', 'Clients that have connected', ({ came }) => came),
  counted(
    'atrium_connections_refused_total',
    'Requests and connections that were not let in. The door is http where it is not known, or several share the path',
    ['door', 'reason'],
    ({ refused }) => refused,
  ),
  counted('atrium_tokens_refused_total', 'Tokens that were refused', ['cause'], ({ tokensRefused }) => tokensRefused),
  {
    name: 'atrium_auth_hook_seconds',
    type: 'histogram',
    help: 'How long the service at AUTH_HOOK_URL took',
    labels: ['outcome'],
    read: ({ hookTimes }) => byLabel('outcome', hookTimes),
  },
  bothWays('atrium_messages_total', 'Messages of clients (in) and to them (out)', ({ received, sent }) => [
    received,
    sent,
  ]),
  bothWays('atrium_message_bytes_total', 'Bytes of these messages', ({ receivedBytes, sentBytes }) => [
    receivedBytes,
    sentBytes,
  ]),
  {
    name: 'atrium_errors_total',
    type: 'counter',
    help: 'Errors that clients were answered, by the code of their protocol',
    labels: ['door', 'code'],
    read: ({ doors }, into) => {
      for (const { door, errors } of doors)
        for (const { words, count } of errors) into.inc({ door, code: words[0] }, count);
    },
  },
  eachDoor(
    'atrium_queued_bytes',
    'gauge',
    'Bytes that wait for clients to read them',
    ({ queuedBytes }) => queuedBytes,
  ),
  eachDoor(
    'atrium_slow_readers_total',
    'counter',
    'Clients that were dropped, since too much waited for them',
    ({ slowReaders }) => slowReaders,
  ),
  {
    name: 'atrium_rpc_seconds',
    type: 'histogram',
    help: 'How long requests of the room protocol took until they were answered, their wait for media servers included',
    labels: ['method'],
    read: ({ doors }) => doors.flatMap(({ answers }) => byLabel('method', answers)),
  },
  {
    // Each dialect counts for itself: the counter repeats what they say.
    name: 'atrium_undelivered_texts_total',
    type: 'counter',
    help: 'Texts that could not be told to a client, since the start',
    labels: ['door'],
    read: ({ health }, into) => {
      for (const { name, undelivered } of health.dialects)
        if (undelivered !== undefined) into.inc({ door: name }, undelivered);
    },
  },
];

function eachDoor(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  read: (door: DoorCounts) => number,
): Metric<From> {
  return {
    ...{ name, type, help, labels: ['door'] },
    read: ({ doors }, into) => {
      for (const each of doors) into.inc({ door: each.door }, read(each));
    },
  };
}

function bothWays(
  name: string,
  help: string,
  read: (door: DoorCounts) => readonly [incoming: number, outgoing: number],
): Metric<From> {
  return {
    ...{ name, type: 'counter', help, labels: ['door', 'direction'] },
    read: ({ doors }, into) => {
      for (const each of doors) {
        const [incoming, outgoing] = read(each);
        into.inc({ door: each.door, direction: 'in' }, incoming);
        into.inc({ door: each.door, direction: 'out' }, outgoing);
      }
    },
  };
}
