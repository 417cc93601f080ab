import { z } from 'zod';
import type { MediaCounter, MediaDirection, MediaSums } from '../../media-sums.js';
import { mediaCounters } from '../../media-sums.js';
import type { MediaKind } from '../port.js';

const whole = z.number().catch(0);
const common = {
  id: z.string(),
  ssrc: z.string().catch(''),
  packetsLost: whole,
  nackCount: whole,
  pliCount: whole,
  firCount: whole,
};
const inbound = z.object({
  ...common,
  type: z.literal('inboundrtp'),
  packetsReceived: whole,
  bytesReceived: whole,
  jitter: whole,
});
const outbound = z.object({
  ...common,
  type: z.literal('outboundrtp'),
  packetsSent: whole,
  bytesSent: whole,
  roundTripTime: whole,
});
const stream = z.discriminatedUnion('type', [inbound, outbound]);
type Stream = z.infer<typeof stream>;

/** The value of `getStats` (docs/protocols/kurento-media.md#74-getstats); null when there is nothing of the kind. */
const statsSchema = z.record(z.string(), z.unknown()).nullable().catch(null);

/** What is new of some streams. */
export interface NewMedia {
  readonly bytes: Record<MediaDirection, number>;
  packetsIn: number;
  /** Of the stream that lost most, 0 to 1. */
  loss: number;
  /** 0: nobody has told it. */
  roundTripMs: number;
}

type Counts = Readonly<Record<MediaCounter, number>>;

/**
 * What the streams of one endpoint have counted when it was looked at last. The media server counts from the beginning of each stream, and
 * begins anew when a client sends another one.
 */
export class StreamStats {
  readonly #seen = new Map<string, Counts>();
  #isFirst: boolean;

  /** @param isAdopted what it has carried until now was counted by another process */
  constructor(isAdopted: boolean) {
    this.#isFirst = isAdopted;
  }

  /** Adds what is new of the streams of one kind. @returns it */
  add(kind: MediaKind, answer: unknown, sums: MediaSums): NewMedia {
    const found: NewMedia = { bytes: { in: 0, out: 0 }, packetsIn: 0, loss: 0, roundTripMs: 0 };
    for (const each of Object.values(statsSchema.parse(answer) ?? {})) {
      const { data } = stream.safeParse(each);
      if (!data) continue;
      const direction = data.type === 'inboundrtp' ? 'in' : 'out';
      const news = this.#news(`${kind} ${data.id} ${data.ssrc}`, countsOf(data));
      if (this.#isFirst || news.packets === 0) continue;
      for (const name of mediaCounters) sums.count(name, direction, kind, news[name]);
      const loss = measure(data, news, { direction, kind }, sums);
      found.bytes[direction] += news.bytes;
      found.loss = Math.max(found.loss, loss);
      if (data.type === 'inboundrtp') found.packetsIn += news.packets;
      else found.roundTripMs = Math.max(found.roundTripMs, Math.round(data.roundTripTime * 1_000));
    }
    return found;
  }

  /** All kinds have been looked at. */
  looked(): void {
    this.#isFirst = false;
  }

  #news(key: string, counts: Counts): Counts {
    const seen = this.#seen.get(key);
    this.#seen.set(key, counts);
    // A count that has become less begins anew. Packets that were lost may come after all.
    const isNew = seen === undefined || counts.packets < seen.packets;
    const entries = mediaCounters.map((name) => [name, Math.max(0, counts[name] - (isNew ? 0 : seen[name]))]);
    return Object.fromEntries(entries) as Counts;
  }
}

function countsOf(data: Stream): Counts {
  const [packets, bytes] =
    data.type === 'inboundrtp' ? [data.packetsReceived, data.bytesReceived] : [data.packetsSent, data.bytesSent];
  return {
    ...{ packets, bytes, lost_packets: Math.max(0, data.packetsLost), nacks: data.nackCount },
    keyframe_requests: data.pliCount + data.firCount,
    // It does not tell.
    retransmitted_packets: 0,
  };
}

/** @returns the loss */
function measure(
  data: Stream,
  { packets, lost_packets: lost }: Counts,
  labels: { readonly direction: MediaDirection; readonly kind: MediaKind },
  sums: MediaSums,
): number {
  const isIn = data.type === 'inboundrtp';
  // A client counts among those that it has lost what was sent before.
  const loss = isIn ? lost / (packets + lost) : Math.min(1, lost / packets);
  sums.measured('media_loss_ratio', labels, loss);
  if (isIn) sums.measured('media_jitter_seconds', labels, data.jitter);
  // Zero: no report has told it yet.
  else if (data.roundTripTime > 0) sums.measured('media_rtt_seconds', labels, data.roundTripTime);
  return loss;
}
