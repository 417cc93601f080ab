import type { Request, Response } from 'express';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Rooms } from '../rooms/index.js';
import type { Health } from './health.js';

interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
  /** Reads the present values; each counts up from 0. */
  readonly read: (from: { readonly rooms: Rooms; readonly health: Health }, into: Counter | Gauge) => void;
}

/** What `GET /metrics` tells of the server, besides what prom-client tells of the process. docs/rest.md is made from it. */
export const metricTable: readonly Metric[] = [
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

/** Answers `GET /metrics`. */
export type Metrics = (request: Request, response: Response) => Promise<void>;

/** `GET /metrics`, as Prometheus reads it: counts, no names of rooms or people. */
export function metrics(rooms: Rooms, health: () => Health): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name, type, help, labels, read } of metricTable) {
    const Kind = type === 'gauge' ? Gauge : Counter;
    const metric: Counter | Gauge = new Kind({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      collect: () => {
        metric.reset();
        read({ rooms, health: health() }, metric);
      },
    });
  }
  return async (_request, response) => {
    const text = await registry.metrics();
    response.type(registry.contentType).send(text);
  };
}
