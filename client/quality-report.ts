import type { NotificationParams, RequestParams } from '../dialects/kurento-room/types.js';
import { ratesBetween, type ConnectionStatistics, type MediaStatistics } from './statistics.js';

/** How well somebody's sound and pictures get through, as the server judges it. `lost`: it hears nothing of them. */
export type QualityLevel = NotificationParams<'participantQuality'>['level'];

type Report = RequestParams<'reportQuality'>;
type Reading = NonNullable<Reported['reading']>;

/** One media connection, as far as a report goes. */
export interface Reported {
  readonly side: 'sent' | 'received';
  /** Its last statistics, and when they were read, in ms. */
  readonly reading: { readonly at: number; readonly statistics: ConnectionStatistics } | undefined;
  /** Packets came over it, and do not any more. */
  readonly stalled: boolean;
}

/** Makes the reports of a room from what its connections have read anyway: the browser is asked nothing. */
export class QualityReports {
  /** What each connection had read for the last report. */
  #before: ReadonlyMap<Reported, Reading> = new Map();

  /** What has happened since the last report. */
  next(connections: Iterable<Reported>): Report {
    const ways = { sent: new Way(), received: new Way() };
    const frozen: number[] = [];
    let cpuLimited = false;
    const readings = new Map<Reported, Reading>();
    for (const connection of connections) {
      const { side, reading, stalled } = connection;
      // What does not come to us may be the trouble of its publisher.
      if (stalled && side === 'sent') ways.sent.fails();
      if (!reading) continue;
      const { at, statistics } = reading;
      readings.set(connection, reading);
      cpuLimited ||= side === 'sent' && statistics.cpuLimited;
      const before = this.#before.get(connection);
      if (!before || before.at >= at) continue;
      const [first, last] = [before.statistics[side], statistics[side]];
      ways[side].add(first, last, (at - before.at) / 1000, statistics.roundTrip);
      const frozenMs = Math.min(at - before.at, grown(first.frozen, last.frozen) * 1000);
      if (side === 'received' && (last.frames > first.frames || frozenMs > 0)) frozen.push(frozenMs);
    }
    this.#before = readings;
    return {
      ...{ up: ways.sent.report, down: ways.received.report, cpuLimited },
      // Where one picture moves, the others stand still because of their publishers.
      frozenMs: frozen.length === 0 ? 0 : Math.round(Math.min(...frozen)),
    };
  }
}

/** All that went one way. */
class Way {
  #packets = 0;
  #lost = 0;
  #kbps = 0;
  #roundTrip = 0;
  #fails = false;

  /** Nothing arrives. */
  fails(): void {
    this.#fails = true;
  }

  add(before: MediaStatistics, after: MediaStatistics, seconds: number, roundTrip = 0): void {
    this.#packets += grown(before.audioPackets + before.videoPackets, after.audioPackets + after.videoPackets);
    this.#lost += grown(before.packetsLost, after.packetsLost);
    this.#kbps += ratesBetween(before, after, seconds).kbitPerSecond;
    this.#roundTrip = Math.max(this.#roundTrip, roundTrip);
  }

  get report(): Report['up'] {
    const loss = this.#lost === 0 ? 0 : this.#lost / (this.#packets + this.#lost);
    return { loss: this.#fails ? 1 : loss, rttMs: Math.round(this.#roundTrip * 1000), kbps: Math.round(this.#kbps) };
  }
}

function grown(before: number, after: number): number {
  return Math.max(0, after - before);
}
