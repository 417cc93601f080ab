import type { MediaDirection, MediaStep, MediaSums } from '../../media-sums.js';
import { StreamStats } from './stream-stats.js';
import type { NewMedia } from './stream-stats.js';
import type { CarriedMedia, MediaKind } from '../port.js';

/** An endpoint of a client, as far as its figures go. */
export interface Watched {
  readonly pipeline: string;
  readonly isAdopted: boolean;
  readonly hasEnded: () => boolean;
  /** Asks the media server. Rejects with a MediaError. */
  stats(kind: MediaKind): Promise<unknown>;
}

/** Directions of media in an answer of a media server that sends, and receives nothing. */
const sendsAlone = /^a=sendonly\r?$/m;
const receives = /^a=(sendrecv|recvonly)\r?$/m;

const kinds = ['audio', 'video'] as const;

/** How long it is told what an endpoint has carried, in ms. */
const carriedForMs = 20_000;

/** What is known of one endpoint: how its connection came about, and what it has carried when it was looked at last. */
export class WatchedEndpoint {
  readonly endpoint: Watched;
  /** When its turn was last, in ms. */
  turnAt: number;
  /** Up to when its streams are counted, in ms. */
  #countedAt: number;
  #isBeingLookedAt = false;
  /** Bits in a second, as of the last look. Undefined before the first one. */
  rates: Readonly<Record<MediaDirection, number>> | undefined;
  /** Whether the client sends something. */
  isPublisher = false;
  readonly #sums: MediaSums;
  readonly #now: () => number;
  readonly #stats: StreamStats;
  /** The last kinds that it was asked for and had something of. */
  #kinds: readonly MediaKind[] = kinds;
  readonly #steps = new Set<MediaStep>();
  #hasFailed = false;
  #carried: CarriedMedia | undefined;
  #answeredAt: number | undefined;
  #direction: MediaDirection = 'in';

  /** @param now in ms */
  constructor(endpoint: Watched, sums: MediaSums, now: () => number) {
    this.endpoint = endpoint;
    this.#now = now;
    this.turnAt = now();
    this.#countedAt = now();
    this.#sums = sums;
    this.#stats = new StreamStats(endpoint.isAdopted);
  }

  /** As `Endpoint.carried`. */
  get carried(): CarriedMedia | undefined {
    return this.#now() - this.#countedAt <= carriedForMs ? this.#carried : undefined;
  }

  get countedAt(): number {
    return this.#countedAt;
  }

  /** How many calls a look takes. */
  get calls(): number {
    return this.#isBeingLookedAt ? 0 : this.#kinds.length;
  }

  /** Both sides are described. @param sdpAnswer of the media server */
  answered(sdpAnswer: string): void {
    this.#answeredAt = this.#now();
    this.#direction = sendsAlone.test(sdpAnswer) && !receives.test(sdpAnswer) ? 'out' : 'in';
  }

  /** @param state of one of its ICE components */
  iceChanged(state: string): void {
    if (state === 'CONNECTED' || state === 'READY') this.#step('ice', 'ok');
    if (state !== 'FAILED' || this.#hasFailed) return;
    this.#hasFailed = true;
    this.#step(this.#steps.has('ice') ? 'dtls' : 'ice', 'failed');
  }

  connected(): void {
    if (this.#steps.has('dtls')) return;
    this.#step('dtls', 'ok');
    if (this.#answeredAt === undefined) return;
    const seconds = (this.#now() - this.#answeredAt) / 1_000;
    this.#sums.measured('offer_to_connected_seconds', { direction: this.#direction }, seconds);
  }

  /** Adds what is new of its streams, unless it is being looked at. Never rejects. */
  async look(): Promise<void> {
    if (this.#isBeingLookedAt) return;
    const now = this.#now();
    this.#isBeingLookedAt = true;
    const asked = this.#kinds;
    try {
      const answers = await Promise.all(asked.map((kind) => this.endpoint.stats(kind)));
      const news = asked.map((kind, index) => this.#stats.add(kind, answers[index], this.#sums));
      const bytes = { in: 0, out: 0 };
      for (const { bytes: added } of news) {
        bytes.in += added.in;
        bytes.out += added.out;
      }
      this.#stats.looked();
      const present = asked.filter((_kind, index) => answers[index] !== null);
      if (present.length > 0) this.#kinds = present;
      const hasCarried = bytes.in + bytes.out > 0;
      if (hasCarried) this.#step('media', 'ok');
      this.#carried = hasCarried ? carriedOf(news) : undefined;
      this.isPublisher ||= bytes.in > 0;
      const seconds = (now - this.#countedAt) / 1_000;
      this.#countedAt = now;
      this.rates = { in: (bytes.in * 8) / seconds, out: (bytes.out * 8) / seconds };
    } catch {
      // It has ended, or the media server is out of reach: the next look adds what is missing.
    } finally {
      this.#isBeingLookedAt = false;
    }
  }

  /** Each counts once. */
  #step(step: MediaStep, outcome: 'ok' | 'failed'): void {
    if (this.#steps.has(step) || this.endpoint.isAdopted) return;
    this.#steps.add(step);
    this.#sums.step(step, outcome);
  }
}

function carriedOf(news: readonly NewMedia[]): CarriedMedia {
  const worst = (of: (each: NewMedia) => number): number => Math.max(...news.map(of));
  const roundTripMs = worst((each) => each.roundTripMs);
  return {
    packetsIn: news.reduce((sum, { packetsIn }) => sum + packetsIn, 0),
    loss: worst(({ loss }) => loss),
    ...(roundTripMs > 0 && { roundTripMs }),
  };
}
