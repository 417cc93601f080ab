import type { Request, Response } from 'express';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Rooms } from '../../rooms/index.js';
import type { Health } from '../health.js';
import type { NodeFigures } from '../other-nodes.js';
import { clusterMetrics } from './cluster-metrics.js';
import { doorMetrics } from './door-metrics.js';
import type { DoorCounts } from './door-metrics.js';
import { mediaMetrics } from './media-metrics.js';
import type { MediaServerCounts } from './media-metrics.js';
import { textOf } from './metric.js';
import type { Classes, Counted, Metric, MetricTable } from './metric.js';
import { roomMetrics } from './room-metrics.js';
import type { RoomCounts } from './room-metrics.js';
import { webhookMetrics } from './webhook-metrics.js';
import type { WebhookFigures } from './webhook-metrics.js';

/** All that `GET /metrics` may tell, besides what prom-client tells of the process. */
export const allMetrics: MetricTable<never> = [
  ...roomMetrics,
  ...doorMetrics,
  ...mediaMetrics,
  ...webhookMetrics,
  ...clusterMetrics,
];

/** Answers `GET /metrics`. */
export type Metrics = (request: Request, response: Response) => Promise<void>;

/** Where the figures are. */
export interface Figures {
  readonly rooms: Rooms;
  readonly health: () => Health;
  readonly happened: RoomCounts;
  readonly doors: readonly DoorCounts[];
  readonly refused: Counted<readonly [door: string, reason: string]>;
  readonly tokensRefused: Counted<readonly [cause: string]>;
  readonly hookTimes: ReadonlyMap<string, Classes>;
  readonly media: () => readonly MediaServerCounts[];
  readonly webhooks: WebhookFigures;
  /** In the folder of recordings; undefined where nothing is recorded. */
  readonly freeBytes: () => Promise<number | undefined>;
  /** Of one of several nodes. */
  readonly node: (() => NodeFigures) | undefined;
}

/** `GET /metrics`, as Prometheus reads it: counts, no names of rooms or people. Everything is read when it is asked for. */
export function metrics(figures: Figures): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  let freeBytes: number | undefined;
  const tables = [
    registerAll(registry, roomMetrics, () => ({ ...figures, freeBytes })),
    registerAll(registry, doorMetrics, () => ({ ...figures, health: figures.health() })),
    registerAll(registry, mediaMetrics, () => ({ ...figures, health: figures.health(), media: figures.media() })),
    registerAll(registry, webhookMetrics, () => figures.webhooks),
    ...(figures.node ? [registerAll(registry, clusterMetrics, figures.node)] : []),
  ];
  return async (_request, response) => {
    freeBytes = await figures.freeBytes();
    const text = await registry.metrics();
    response.type(registry.contentType).send([text, ...tables.flat().map((make) => `\n${make()}`)].join(''));
  };
}

/** @returns what writes the histograms: prom-client makes only those of what it has counted itself */
function registerAll<From>(registry: Registry, table: MetricTable<From>, from: () => From): (() => string)[] {
  return table.flatMap((metric) => {
    if (metric.type === 'histogram') return [() => textOf(metric, from())];
    register(registry, metric, from);
    return [];
  });
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
