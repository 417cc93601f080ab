import type { ProcessFigures } from './messages.js';
import type { PublishedMedia } from './published-media.js';
import type { ReceivedStream } from './received-stream.js';
import { Spread } from './spread.js';

/** What the participants of a process have seen so far. */
export class ParticipantFigures {
  /** From opening the connection to the answer to joinRoom. */
  readonly join = new Spread();
  /** From asking for a stream to its first packet. */
  readonly firstPacket = new Spread();
  /** From sending a packet to its arrival. */
  readonly delay = new Spread();
  readonly published: PublishedMedia[] = [];
  readonly streams: ReceivedStream[] = [];
  subscriptions = 0;
  readonly #failed = new Map<string, number>();
  #cpuBefore = process.cpuUsage();

  /** @param reason a few words, the same for all participants that it happens to */
  failed(reason: string): void {
    this.#failed.set(reason, (this.#failed.get(reason) ?? 0) + 1);
  }

  /** What the process takes is counted from now on. */
  measure(): void {
    this.#cpuBefore = process.cpuUsage();
  }

  get figures(): ProcessFigures {
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    return {
      join: this.join.counts,
      firstPacket: this.firstPacket.counts,
      delay: this.delay.counts,
      sent: total(this.published),
      received: { ...total(this.streams), lost: this.streams.reduce((sum, { lost }) => sum + lost, 0) },
      subscriptions: this.subscriptions,
      failed: Object.fromEntries(this.#failed),
      cpuMs: (user + system) / 1_000,
    };
  }
}

interface Amount {
  readonly packets: number;
  readonly kbps: number;
}

function total(all: readonly Amount[]): Amount {
  const sum = (of: (each: Amount) => number): number => all.reduce((so, each) => so + of(each), 0);
  return { packets: sum(({ packets }) => packets), kbps: sum(({ kbps }) => kbps) };
}
