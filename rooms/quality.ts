import type { CarriedMedia } from '../media/port.js';
import { tooMany } from './errors.js';

/** How well somebody's sound and pictures get through, from the best. The words are LiveKit's. */
export const qualityLevels = ['excellent', 'good', 'poor', 'lost'] as const;
export type QualityLevel = (typeof qualityLevels)[number];

/** What went one way in the last 10 s. */
export interface WayReport {
  /** Share of the packets that were lost, 0 to 1. */
  readonly loss: number;
  readonly rttMs: number;
  readonly kbps: number;
}

/** What a client says every 10 s. */
export interface QualityReport {
  /** What it sends. */
  readonly up: WayReport;
  /** What it receives. */
  readonly down: WayReport;
  /** For how long the pictures that it receives stood still. */
  readonly frozenMs: number;
  /** Its machine is too busy for the pictures that it sends. */
  readonly cpuLimited: boolean;
}

/** A report, and what the server has seen itself at that time. */
export interface QualityReading extends QualityReport {
  /** In ms since 1970. */
  readonly at: number;
  /** What this reading shows by itself. */
  readonly level: SteadyLevel;
  /** Of all streams of the participant together. Undefined: the media server does not tell. */
  readonly server: CarriedMedia | undefined;
}

type SteadyLevel = Exclude<QualityLevel, 'lost'>;

/** Above one of these the level is that. */
const limits = {
  poor: { loss: 0.08, rttMs: 600, frozenMs: 1_000 },
  good: { loss: 0.02, rttMs: 250, frozenMs: Infinity },
} as const satisfies Partial<Record<SteadyLevel, object>>;
/** A client of which nothing comes for so long is lost. */
export const lostAfterMs = 5_000;
const mostReadings = 60;
/** Of one participant, in `periodMs`. */
const maxReports = 5;
const periodMs = 10_000;

/** What one report shows, joined with what the server has seen. */
export function levelOf({ up, down, frozenMs }: QualityReport, server: CarriedMedia | undefined): SteadyLevel {
  // The media server knows what was lost on the way to it already, of what the client receives.
  const loss = Math.max(up.loss, server?.loss ?? down.loss);
  const rttMs = Math.max(up.rttMs, down.rttMs, server?.roundTripMs ?? 0);
  const isAbove = (limit: (typeof limits)[keyof typeof limits]): boolean =>
    loss > limit.loss || rttMs > limit.rttMs || frozenMs > limit.frozenMs;
  if (isAbove(limits.poor)) return 'poor';
  return isAbove(limits.good) ? 'good' : 'excellent';
}

/** What is known of the quality of one participant: the rule for its level, and its last readings. */
export class Quality {
  #readings: readonly QualityReading[] = [];
  #steady: SteadyLevel = 'excellent';
  #isLost = false;

  /** @param former its level in another process */
  constructor(former: QualityLevel = 'excellent') {
    if (former === 'lost') this.#isLost = true;
    else this.#steady = former;
  }

  get level(): QualityLevel {
    return this.#isLost ? 'lost' : this.#steady;
  }

  /** The last 60, the oldest first. */
  get readings(): readonly QualityReading[] {
    return this.#readings;
  }

  /** A report has come. It takes two in a row to change the level. @throws RoomError `too-many` */
  take(report: QualityReport, server: CarriedMedia | undefined, now: number): void {
    const oldest = this.#readings.at(-maxReports);
    if (oldest && oldest.at > now - periodMs)
      throw tooMany('You report your quality too often', oldest.at + periodMs - now);
    const reading = { ...report, at: now, level: levelOf(report, server), server };
    this.#readings = [...this.#readings, reading].slice(-mostReadings);
    this.#isLost = false;
    const [before, last] = this.#readings.slice(-2).map(({ level }) => rank(level));
    if (before === undefined || last === undefined) return;
    const present = rank(this.#steady);
    // Two that are worse, or better, need not be alike: the one that is nearer counts.
    if (before > present && last > present) this.#steady = steadyLevels[Math.min(before, last)] ?? this.#steady;
    if (before < present && last < present) this.#steady = steadyLevels[Math.max(before, last)] ?? this.#steady;
  }

  /**
   * Looks whether anything comes from the client: its messages, or its packets.
   * @param silentMs for how long no message came, counted from when one was due
   */
  look(silentMs: number, server: CarriedMedia | undefined): void {
    this.#isLost = silentMs >= lostAfterMs && !(server && server.packetsIn > 0);
  }
}

/** Whether others should know. */
export function isImpaired(quality: Quality | undefined): quality is Quality {
  return quality !== undefined && quality.level !== 'excellent';
}

const steadyLevels: readonly SteadyLevel[] = ['excellent', 'good', 'poor'];

function rank(level: SteadyLevel): number {
  return steadyLevels.indexOf(level);
}
