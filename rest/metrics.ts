import type { Request, Response } from 'express';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Rooms } from '../rooms/index.js';
import type { Health } from './health.js';
import type { Durations, NodeFigures } from './other-nodes.js';

interface Metric<From> {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
  /** Reads the present values; each counts up from 0. */
  readonly read: (from: From, into: Counter | Gauge) => void;
}

/** What took how long, in classes. */
interface TimeMetric<From> {
  readonly name: string;
  readonly type: 'histogram';
  readonly help: string;
  readonly labels: readonly [];
  readonly read: (from: From) => Durations;
}

interface Served {
  readonly rooms: Rooms;
  readonly health: Health;
}

/** What `GET /metrics` tells of the server, besides what prom-client tells of the process. docs/rest.md is made from it. */
export const metricTable: readonly Metric<Served>[] = [
  {
    name: 'atrium_rooms',
    type: 'gauge',
    help: 'Rooms that are open',
    labels: [],
    read: ({ rooms }, into) => {
      into.inc([...rooms].length);
    },
  },
  {
    name: 'atrium_participants',
    type: 'gauge',
    help: 'Participants of all rooms, by the protocol they speak',
    labels: ['dialect'],
    read: ({ rooms }, into) => {
      for (const room of rooms)
        for (const { attributes } of room.participants) into.inc({ dialect: attributes.dialect }, 1);
    },
  },
  {
    name: 'atrium_publications',
    type: 'gauge',
    help: 'Open publications of all rooms',
    labels: [],
    read: ({ rooms }, into) => {
      for (const room of rooms) for (const { publications } of room.participants) into.inc(publications.length);
    },
  },
  {
    name: 'atrium_subscriptions',
    type: 'gauge',
    help: 'Subscriptions of all rooms',
    labels: [],
    read: ({ rooms }, into) => {
      for (const room of rooms) for (const { subscriptions } of room.participants) into.inc([...subscriptions].length);
    },
  },
  {
    name: 'atrium_connections',
    type: 'gauge',
    help: 'Clients that are connected, by the protocol they speak',
    labels: ['dialect'],
    read: ({ health }, into) => {
      for (const { name, connections } of health.dialects) into.inc({ dialect: name }, connections);
    },
  },
  {
    // Each dialect counts for itself: the counter repeats what they say.
    name: 'atrium_undelivered_texts_total',
    type: 'counter',
    help: 'Texts that could not be told to a client, since the start',
    labels: ['dialect'],
    read: ({ health }, into) => {
      for (const { name, undelivered } of health.dialects)
        if (undelivered !== undefined) into.inc({ dialect: name }, undelivered);
    },
  },
  {
    name: 'atrium_media_server_up',
    type: 'gauge',
    help: 'Whether a media server is within reach: 1 or 0',
    labels: ['url'],
    read: ({ health }, into) => {
      for (const { url, up } of health.mediaServers) into.inc({ url }, up ? 1 : 0);
    },
  },
  {
    name: 'atrium_media_server_endpoints',
    type: 'gauge',
    help: 'Publications and subscriptions on a media server',
    labels: ['url'],
    read: ({ health }, into) => {
      for (const { url, load } of health.mediaServers) into.inc({ url }, load);
    },
  },
];

/** What became of webhooks (docs/webhooks.md), since the start. */
export interface WebhookFigures {
  readonly counts: readonly { readonly outcome: string; readonly event: string; readonly count: number }[];
  /** How many wait. */
  readonly waiting: number;
  /** How long receivers took that have taken one. */
  readonly times: Durations;
}

/** The same of webhooks, with one for each receiver. */
export const webhookMetricTable: readonly (Metric<WebhookFigures> | TimeMetric<WebhookFigures>)[] = [
  {
    name: 'atrium_webhooks_total',
    type: 'counter',
    help: 'Webhooks since the start. queued: to be sent. sent: taken by the receiver. retried: not taken, and sent again. dead: given up',
    labels: ['outcome', 'event'],
    read: ({ counts }, into) => {
      for (const { outcome, event, count } of counts) into.inc({ outcome, event }, count);
    },
  },
  {
    name: 'atrium_webhook_queue',
    type: 'gauge',
    help: 'Webhooks that wait to be sent, or to be sent again',
    labels: [],
    read: ({ waiting }, into) => {
      into.inc(waiting);
    },
  },
  {
    name: 'atrium_webhook_seconds',
    type: 'histogram',
    help: 'How long receivers took to take a webhook',
    labels: [],
    read: ({ times }) => times,
  },
];

/** The same of one of several nodes. Another node counts for itself, and Prometheus adds up. */
export const clusterMetricTable: readonly (Metric<NodeFigures> | TimeMetric<NodeFigures>)[] = [
  figure('rooms_owned', 'gauge', 'Rooms that this node owns', ({ rooms }) => rooms),
  {
    name: 'atrium_cluster_commit_seconds',
    type: 'histogram',
    help: 'How long it took to keep a change of a room in Redis',
    labels: [],
    read: ({ commits }) => commits,
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
    read: ({ takeoverTimes }) => takeoverTimes,
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
  return {
    ...{ name: `atrium_cluster_${name}`, type, help, labels: [] },
    read: (from, into) => {
      into.inc(read(from));
    },
  };
}

/** Answers `GET /metrics`. */
export type Metrics = (request: Request, response: Response) => Promise<void>;

/** What is counted besides the rooms. */
export interface MoreFigures {
  readonly webhooks: WebhookFigures;
  /** Of one of several nodes. */
  readonly node: (() => NodeFigures) | undefined;
}

/** `GET /metrics`, as Prometheus reads it: counts, no names of rooms or people. */
export function metrics(rooms: Rooms, health: () => Health, { webhooks, node }: MoreFigures): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const metric of metricTable) register(registry, metric, () => ({ rooms, health: health() }));
  const times = [
    ...registerAll(registry, webhookMetricTable, () => webhooks),
    ...(node ? registerAll(registry, clusterMetricTable, node) : []),
  ];
  return async (_request, response) => {
    const text = await registry.metrics();
    response.type(registry.contentType).send([text, ...times.map((make) => `\n${make()}`)].join(''));
  };
}

/** @returns what writes the histograms: prom-client makes only those of what it has counted itself */
function registerAll<From>(
  registry: Registry,
  table: readonly (Metric<From> | TimeMetric<From>)[],
  from: () => From,
): (() => string)[] {
  return table.flatMap((metric) => {
    if (metric.type === 'histogram') return [() => textOf(metric, from())];
    register(registry, metric, from);
    return [];
  });
}

function textOf<From>({ name, help, read }: TimeMetric<From>, from: From): string {
  const { counts, sum, count } = read(from);
  const classes = [...counts, ['+Inf', count] as const];
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} histogram`,
    ...classes.map(([bound, value]) => `${name}_bucket{le="${bound}"} ${value}`),
    `${name}_sum ${sum}`,
    `${name}_count ${count}`,
    '',
  ].join('\n');
}

function register<From>(registry: Registry, { name, type, help, labels, read }: Metric<From>, from: () => From): void {
  const Kind = type === 'gauge' ? Gauge : Counter;
  const metric: Counter | Gauge = new Kind({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect: () => {
      metric.reset();
      read(from(), metric);
    },
  });
}
