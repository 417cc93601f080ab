import type { Request, Response } from 'express';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Rooms } from '../rooms/rooms.js';
import type { Health } from './health.js';

/** `GET /metrics`, as Prometheus reads it: counts, no names of rooms or people. */
export function metrics(rooms: Rooms, health: () => Health): (request: Request, response: Response) => Promise<void> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labels: readonly string[], read: (into: Gauge) => void): void => {
    const own: Gauge = new Gauge({
      name: `atrium_${name}`,
      help,
      labelNames: labels,
      registers: [registry],
      collect: () => {
        own.reset();
        read(own);
      },
    });
  };
  gauge('rooms', 'Rooms that are open', [], (into) => {
    into.set([...rooms].length);
  });
  gauge('participants', 'Participants of all rooms, by the protocol they speak', ['dialect'], (into) => {
    for (const room of rooms) for (const { attributes } of room.participants) into.inc({ dialect: attributes.dialect });
  });
  gauge('publications', 'Open publications of all rooms', [], (into) => {
    for (const room of rooms) for (const { publication } of room.participants) if (publication) into.inc();
  });
  gauge('subscriptions', 'Subscriptions of all rooms', [], (into) => {
    for (const room of rooms) for (const { subscriptions } of room.participants) into.inc([...subscriptions].length);
  });
  gauge('connections', 'Clients that are connected, by the protocol they speak', ['dialect'], (into) => {
    for (const { name, connections } of health().dialects) into.set({ dialect: name }, connections);
  });
  // Each dialect counts for itself: the counter repeats what they say.
  new Counter({
    name: 'atrium_undelivered_texts_total',
    help: 'Texts that could not be told to a client, since the start',
    labelNames: ['dialect'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, undelivered } of health().dialects) {
        if (undelivered !== undefined) this.inc({ dialect: name }, undelivered);
      }
    },
  });
  gauge('media_server_up', 'Whether a media server is within reach', ['url'], (into) => {
    for (const { url, up } of health().mediaServers) into.set({ url }, up ? 1 : 0);
  });
  gauge('media_server_endpoints', 'Publications and subscriptions on a media server', ['url'], (into) => {
    for (const { url, load } of health().mediaServers) into.set({ url }, load);
  });
  return async (_request, response) => {
    const text = await registry.metrics();
    response.type(registry.contentType).send(text);
  };
}
