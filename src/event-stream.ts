import type { ParentLog } from '../log.js';
import { OrderedReceivers } from '../events/ordered-receivers.js';
import { ServerEvents } from '../events/server-events.js';
import type { EventEmitter } from '../events/server-events.js';
import { Webhooks } from '../events/webhooks.js';
import type { WebhooksContext } from '../events/webhooks.js';
import type { KeptRecordings } from '../recording/kept-recordings.js';
import type { WebhookFigures } from '../rest/metrics/webhook-metrics.js';
import { newSid } from '../rooms/index.js';
import type { Rooms } from '../rooms/index.js';
import type { Config } from './config.js';
import type { NodeRooms } from './node-rooms.js';
import { repairedRecording } from './recordings.js';

/** Called whenever a media server is out of reach, or is back. @param url without user and password */
export type OnMediaServer = (url: string, up: boolean) => void;

export interface EventStreamOptions {
  readonly rooms: Rooms;
  readonly log: ParentLog;
  /** The time in ms since 1970. */
  readonly now: () => number;
  readonly node: NodeRooms | undefined;
  /** Of servers that have died: no room tells that these have ended. */
  readonly recordings: KeptRecordings | undefined;
  /** As `WebhooksContext.traced`. */
  readonly traced: WebhooksContext['traced'];
  readonly watchMediaServers: ((changed: OnMediaServer) => () => void) | undefined;
}

export interface EventStream {
  readonly events: EventEmitter;
  readonly webhooks: Webhooks;
  /** Those of protocols that have webhooks of their own. */
  readonly receivers: OrderedReceivers;
  /** What became of all of them. */
  readonly figures: WebhookFigures;
  /** Called after the rooms have closed. Resolves when everybody is told, or given up. */
  close(): Promise<void>;
}

/** What happens on a server, for the program that embeds it and for receivers of webhooks. @param config changed while the server runs */
export async function startEvents(
  config: Config,
  { rooms, log, now, node, recordings, traced, watchMediaServers }: EventStreamOptions,
): Promise<EventStream> {
  const events = new ServerEvents({
    ...{ rooms, log, now },
    newId: () => newSid('EV'),
    after:
      node &&
      ((room, effect) => {
        node.after(room, effect);
      }),
  });
  const queues = { settings: config, log, now, random: Math.random, later };
  const webhooks = new Webhooks({
    ...{ ...queues, events, journal: node?.journal, traced },
    loadBodies: async () => {
      const [{ WebhookBodies }, protocol] = await Promise.all([
        import('../events/webhook-body.js'),
        import('@livekit/protocol'),
      ]);
      return new WebhookBodies(protocol);
    },
  });
  const { times } = webhooks;
  const receivers = new OrderedReceivers({ ...queues, times });
  await webhooks.renew();
  if (node) {
    rooms.watch({
      roomOpened: () => undefined,
      happened: () => undefined,
      restored: () => undefined,
      roomLetGo: ({ name }) => {
        webhooks.letGo(name);
      },
    });
  }
  recordings?.whenRepaired((manifest) => {
    events.recordingChanged(repairedRecording(manifest, now()));
  });
  const unwatch = watchMediaServers?.((url, up) => {
    events.mediaServerChanged(url, up);
  });
  return {
    events,
    webhooks,
    receivers,
    figures: {
      times,
      get counts() {
        return [...webhooks.counts, ...receivers.counts];
      },
      get waiting() {
        return webhooks.waiting + receivers.waiting;
      },
    },
    close: async () => {
      unwatch?.();
      events.close();
      await webhooks.close();
    },
  };
}

function later(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => {
    clearTimeout(timer);
  };
}
