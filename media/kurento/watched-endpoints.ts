import { MediaSums } from '../../media-sums.js';
import type { Told } from '../server-figures.js';
import { WatchedEndpoint } from './watched-endpoint.js';
import type { Watched } from './watched-endpoint.js';

/** An endpoint is not looked at more often than that, in ms. */
const periodMs = 10_000;
/** How often it is looked which endpoints are due, in ms. */
const tickMs = 100;
/** How long an answer may take that is in time, in ms. */
const answerMs = 2_000;
/** Calls to a media server in a second, whatever it carries. */
const callsPerSecond = 50;

/** What passes in a room now. */
interface RoomRates {
  in: number;
  out: number;
  publications: number;
  subscriptions: number;
}

/**
 * What a media server has carried that does not tell it in one answer: its endpoints are asked, each every ten seconds, or in turn where there
 * are more than may be asked in that time. They count from their beginning, so nothing is missed that way; only what an endpoint has
 * carried since it was asked last is lost when it ends.
 */
export class WatchedEndpoints {
  readonly #sums = new MediaSums();
  /** Those whose turn was longest ago first. */
  readonly #endpoints = new Set<WatchedEndpoint>();
  readonly #now: () => number;
  #isNeeded = false;
  #timer: NodeJS.Timeout | undefined;
  #measuredAt: number;
  /** Calls that may be made now. */
  #calls = 0;

  /** @param now in ms, from any beginning */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#measuredAt = now();
  }

  /** It is asked until it says that it has ended. */
  add(endpoint: Watched): WatchedEndpoint {
    const watched = new WatchedEndpoint(endpoint, this.#sums, this.#now);
    if (this.#isNeeded) this.#endpoints.add(watched);
    return watched;
  }

  /** Begins to ask, or goes on. What was there before it began is not known. */
  start(): void {
    this.#isNeeded = true;
    this.#timer ??= setInterval(() => {
      this.tick();
    }, tickMs).unref();
  }

  /** The media server is out of reach. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The media server tells it in one answer after all. */
  end(): void {
    this.stop();
    this.#isNeeded = false;
    this.#endpoints.clear();
  }

  get told(): Told {
    const all = [...this.#endpoints].filter(({ endpoint }) => !endpoint.hasEnded());
    const since = this.#now() - periodMs - answerMs;
    const counted = all.filter(({ countedAt }) => countedAt >= since);
    const figures = { ...this.#sums.told, endpoints: [] };
    return { figures, sampledRatio: all.length === 0 ? 1 : counted.length / all.length };
  }

  /** Called every 100 ms. */
  tick(): void {
    const now = this.#now();
    if (now - this.#measuredAt >= periodMs) this.#measureRooms(now);
    // What one tick leaves is too little for the next endpoint.
    this.#calls = Math.min(this.#calls, 1) + (callsPerSecond * tickMs) / 1_000;
    for (const watched of this.#endpoints) {
      if (watched.endpoint.hasEnded()) {
        this.#endpoints.delete(watched);
        continue;
      }
      if (now - watched.turnAt < periodMs || this.#calls < watched.calls) return;
      // It comes last from now on. The loop meets it again there, when it is not due.
      this.#endpoints.delete(watched);
      this.#endpoints.add(watched);
      watched.turnAt = now;
      this.#calls -= watched.calls;
      void watched.look();
    }
  }

  #measureRooms(now: number): void {
    this.#measuredAt = now;
    const rooms = new Map<string, RoomRates>();
    for (const { endpoint, rates, isPublisher } of this.#endpoints) {
      if (!rates || endpoint.hasEnded()) continue;
      const room = rooms.get(endpoint.pipeline) ?? { in: 0, out: 0, publications: 0, subscriptions: 0 };
      rooms.set(endpoint.pipeline, room);
      room.in += rates.in;
      room.out += rates.out;
      if (isPublisher) room.publications += 1;
      else room.subscriptions += 1;
    }
    for (const { publications, subscriptions, ...bits } of rooms.values())
      this.#sums.roomMeasured(Math.ceil(subscriptions / Math.max(1, publications)) + 1, bits);
  }
}
