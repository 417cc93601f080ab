import { cpus } from 'node:os';

/** What the server has told at one moment. */
export interface ServerReading {
  /** Of its process so far. */
  readonly cpuS: number;
  readonly memoryBytes: number;
  /** The delay of its event loop, 99th percentile. */
  readonly eventLoopS: number;
}

/** Of the process of the server, without its media servers. */
export interface ServerUsage {
  /** In per cent of one core. */
  readonly cpuPercent: number;
  readonly memoryMb: number;
  readonly eventLoopMs: number;
}

export interface Used {
  readonly durationS: number;
  /** Of all programs of this machine, in per cent of one core. */
  readonly machineCpuPercent: number;
  readonly server: ServerUsage | undefined;
}

/** What this machine and the server take from `begin` to `end`. */
export class Usage {
  readonly #read: () => Promise<ServerReading | undefined>;
  readonly #before: ServerReading | undefined;
  readonly #beganMs = performance.now();
  readonly #busyBeforeMs = busyMs();

  private constructor(read: () => Promise<ServerReading | undefined>, before: ServerReading | undefined) {
    this.#read = read;
    this.#before = before;
  }

  static async begin(read: () => Promise<ServerReading | undefined>): Promise<Usage> {
    return new Usage(read, await read());
  }

  async end(): Promise<Used> {
    const ms = performance.now() - this.#beganMs;
    const machineCpuPercent = ((busyMs() - this.#busyBeforeMs) / ms) * 100;
    const [before, after] = [this.#before, await this.#read()];
    const server = before &&
      after && {
        cpuPercent: Math.round((after.cpuS - before.cpuS) / (ms / 100_000)),
        memoryMb: Math.round(after.memoryBytes / 1e6),
        eventLoopMs: Math.round(after.eventLoopS * 1_000),
      };
    return { durationS: ms / 1_000, machineCpuPercent, server };
  }
}

/** Of all cores since the machine was started. */
function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

/** Reads what `GET /metrics` answers. Undefined where a figure is missing. */
export function readingIn(text: string): ServerReading | undefined {
  const figure = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  const reading = {
    cpuS: figure('process_cpu_seconds_total'),
    memoryBytes: figure('process_resident_memory_bytes'),
    eventLoopS: figure('nodejs_eventloop_lag_p99_seconds'),
  };
  return Object.values(reading).every(Number.isFinite) ? reading : undefined;
}
