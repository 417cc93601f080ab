import type { Health } from '../health.js';
import type { DoorCounts } from './door-metrics.js';
import { byLabel } from './metric.js';
import type { RoomCounts } from './room-metrics.js';
import type { Classes, Counted, HistogramMetric, Metric, MetricTable } from './metric.js';

/** What is known of one media server besides its health, in the order of `Health.mediaServers`. */
export interface MediaServerCounts {
  readonly calls: Counted<readonly [call: string, outcome: string]>;
  readonly callTimes: ReadonlyMap<string, Classes>;
  readonly steps: Counted<readonly [step: string, outcome: string]>;
  /** What it has carried. Undefined before that is known. */
  readonly told:
    | {
        readonly figures: {
          readonly counters: readonly Value[];
          readonly histograms: readonly (Named & {
            readonly counts: readonly (readonly [bound: number, count: number])[];
            readonly sum: number;
            readonly count: number;
          })[];
        };
        readonly sampledRatio: number;
      }
    | undefined;
}

interface Named {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Value extends Named {
  readonly value: number;
}

interface From {
  readonly health: Health;
  readonly media: readonly MediaServerCounts[];
  readonly doors: readonly Pick<DoorCounts, 'came' | 'resumed'>[];
  readonly refused: Counted<readonly [door: string, reason: string]>;
  readonly happened: Pick<RoomCounts, 'joins'>;
}

const carried = ['server', 'direction', 'kind'] as const;

/** `server`: its place among the media servers, as /healthz lists them, from 0. */
export const mediaMetrics: MetricTable<From> = [
  ofHealth('up', 'gauge', 'Whether a media server is within reach: 1 or 0', ({ up }) => Number(up)),
  ofHealth('endpoints', 'gauge', 'Publications and subscriptions on a media server', ({ load }) => load),
  ofHealth(
    'restarts_total',
    'counter',
    'How often an embedded engine was started again',
    ({ process }) => process?.restarts ?? 0,
  ),
  {
    name: 'atrium_media_server_calls_total',
    type: 'counter',
    help: 'Calls of a media server. The outcome is ok, or why it failed',
    labels: ['server', 'call', 'outcome'],
    read: ({ media }, into) => {
      for (const [index, { calls }] of media.entries())
        for (const { words, count } of calls) into.inc({ server: index, call: words[0], outcome: words[1] }, count);
    },
  },
  {
    name: 'atrium_media_server_call_seconds',
    type: 'histogram',
    help: 'How long a media server took for a call that it answered',
    labels: ['server', 'call'],
    read: ({ media }) =>
      media.flatMap(({ callTimes }, index) =>
        byLabel('call', callTimes).map(({ labels, of }) => ({ labels: { server: String(index), ...labels }, of })),
      ),
  },
  told('packets', 'Packets of clients (in) and to them (out)', carried),
  told('bytes', 'Bytes of media in these packets', carried),
  told('lost_packets', 'Packets that did not arrive, here (in) or at the clients (out)', carried),
  told('nacks', 'Requests for lost packets that were sent (in) and that came (out)', carried),
  told(
    'keyframe_requests',
    'Requests for a picture that stands alone that were sent (in) and that came (out)',
    carried,
  ),
  told('retransmitted_packets', 'Packets that came again (in) or were sent again (out)', carried),
  told(
    'layer_seconds',
    'How long receivers got which layer of pictures that are sent in several sizes, added up. 0: the smallest',
    ['server', 'layer'],
  ),
  told(
    'layer_switches',
    'How often a receiver got this layer in place of another one: it wishes so, its network takes more or less, or the publisher sends other layers',
    ['server', 'layer', 'reason'],
  ),
  told(
    'less_seconds',
    'How long receivers got fewer pictures in a second than there are (fewer_pictures), since their network takes no more or they wish so, or none since their network takes none (no_picture), added up',
    ['server', 'how'],
  ),
  toldClasses('media_loss_ratio', 'Packets of ten seconds that did not arrive: one value for each stream', carried),
  toldClasses(
    'media_jitter_seconds',
    'How irregularly packets of clients come: one value for each stream in ten seconds',
    carried,
  ),
  toldClasses(
    'media_rtt_seconds',
    'How long a packet takes to a client and back: one value for each stream in ten seconds',
    carried,
  ),
  toldClasses(
    'room_bitrate_bits',
    'Bits of media in a second, of each room on the media server in ten seconds. The size is that of the widest audience, its publisher included',
    ['server', 'direction', 'size'],
  ),
  {
    name: 'atrium_media_sampled_ratio',
    type: 'gauge',
    help: 'Which part of the endpoints was looked at in the last ten seconds. Less than 1: a Kurento Media Server has more than may be asked, and the figures follow later',
    labels: ['server'],
    read: ({ media }, into) => {
      for (const [index, { told: known }] of media.entries())
        if (known) into.inc({ server: index }, known.sampledRatio);
    },
  },
  {
    name: 'atrium_step_total',
    type: 'counter',
    help: 'Steps from a connection to media that went well (ok) or did not (failed): socket, join, offer, answer, ice, dtls, media. The first two are of no media server',
    labels: ['server', 'step', 'outcome'],
    read: (from, into) => {
      readFirstSteps(from, into);
      for (const [index, { steps }] of from.media.entries())
        for (const { words, count } of steps) into.inc({ server: index, step: words[0], outcome: words[1] }, count);
      readCounters('step', from, into);
    },
  },
  toldClasses('offer_to_connected_seconds', 'From the offer of a client until its connection for media stands', [
    'server',
    'direction',
  ]),
  toldClasses('connected_to_media_seconds', 'From then until the first packet', ['server', 'direction']),
];

function ofHealth(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  read: (server: Health['mediaServers'][number]) => number,
): Metric<From> {
  return {
    ...{ name: `atrium_media_server_${name}`, type, help, labels: ['server'] },
    read: ({ health }, into) => {
      for (const [index, server] of health.mediaServers.entries()) into.inc({ server: index }, read(server));
    },
  };
}

/** A counter of what the media servers tell. */
function told(name: string, help: string, labels: readonly string[]): Metric<From> {
  return {
    ...{ name: `atrium_media_${name}_total`, type: 'counter', help, labels },
    read: (from, into) => {
      readCounters(name, from, into);
    },
  };
}

function readCounters(name: string, { media }: From, into: Parameters<Metric<From>['read']>[1]): void {
  for (const [index, server] of media.entries()) {
    for (const counter of server.told?.figures.counters ?? [])
      if (counter.name === name) into.inc({ server: index, ...counter.labels }, counter.value);
  }
}

function readFirstSteps({ doors, refused, happened }: From, into: Parameters<Metric<From>['read']>[1]): void {
  for (const { came, resumed } of doors) {
    into.inc({ step: 'socket', outcome: 'ok' }, came);
    into.inc({ step: 'join', outcome: 'ok' }, resumed);
  }
  // Requests that no protocol is known of would not have become connections.
  for (const { words, count } of refused)
    if (words[0] !== 'http') into.inc({ step: 'socket', outcome: 'failed' }, count);
  for (const { words, count } of happened.joins)
    into.inc({ step: 'join', outcome: words[1] === 'joined' ? 'ok' : 'failed' }, count);
}

function toldClasses(name: string, help: string, labels: readonly string[]): HistogramMetric<From> {
  return {
    ...{ name: `atrium_${name}`, type: 'histogram', help, labels },
    read: ({ media }) =>
      media.flatMap((server, index) =>
        (server.told?.figures.histograms ?? [])
          .filter((each) => each.name === name)
          .map(({ labels: own, counts, sum, count }) => ({
            labels: { server: String(index), ...own },
            of: { counts: new Map(counts), sum, count },
          })),
      ),
  };
}
