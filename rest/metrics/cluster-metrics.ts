import type { NodeFigures } from '../other-nodes.js';
import { single } from './metric.js';
import type { Metric, MetricTable } from './metric.js';

/** Of one of several nodes. Another node counts for itself, and Prometheus adds up. */
export const clusterMetrics: MetricTable<NodeFigures> = [
  figure('rooms_owned', 'gauge', 'Rooms that this node owns', ({ rooms }) => rooms),
  {
    name: 'atrium_cluster_commit_seconds',
    type: 'histogram',
    help: 'How long it took to keep a change of a room in Redis',
    labels: [],
    read: ({ commits }) => [{ of: commits }],
  },
  figure(
    'frames_relayed_total',
    'counter',
    'Messages of the room protocol that have passed between this node, as that of the client, and the owner of the room',
    ({ framesRelayed }) => framesRelayed,
  ),
  figure(
    'resent_total',
    'counter',
    'What was sent to another node again, since no answer came',
    ({ resent }) => resent,
  ),
  figure(
    'gaps_total',
    'counter',
    'Times that messages of an owner were missing, and were read from the log of the room',
    ({ gaps }) => gaps,
  ),
  {
    name: 'atrium_cluster_takeovers_total',
    type: 'counter',
    help: 'Rooms that came from another node. dead: it was dead; wanted: it was dead, and somebody wanted to come in; given: it gave the room away',
    labels: ['cause'],
    read: ({ takeovers }, into) => {
      for (const [cause, count] of Object.entries(takeovers)) into.inc({ cause }, count);
    },
  },
  {
    name: 'atrium_cluster_takeover_seconds',
    type: 'histogram',
    help: 'How long it took to take over a room, from the time that its node was found dead',
    labels: [],
    read: ({ takeoverTimes }) => [{ of: takeoverTimes }],
  },
  figure('fenced_total', 'counter', 'Rooms that another node took while this one lived', ({ fenced }) => fenced),
  figure(
    'frozen_seconds_total',
    'counter',
    'How long this node has waited for Redis',
    ({ frozenSeconds }) => frozenSeconds,
  ),
  figure('log_bytes', 'gauge', 'What the logs of the rooms of this node hold', ({ logBytes }) => logBytes),
  figure(
    'dropped_messages_total',
    'counter',
    'Messages of other nodes that could not be read',
    ({ droppedMessages }) => droppedMessages,
  ),
];

function figure(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  read: (from: NodeFigures) => number,
): Metric<NodeFigures> {
  return single(`atrium_cluster_${name}`, type, help, read);
}
