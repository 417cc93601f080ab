import { MediaProcess } from './media-process.js';
import type { MediaProcessOptions } from './media-process.js';

export interface MediaProcessesOptions extends MediaProcessOptions {
  /** How many, at least one. */
  readonly count: number;
}

/** Embedded media engines, each a process and a media server of its own, with its own part of the UDP ports. */
export class MediaProcesses {
  readonly #processes: readonly MediaProcess[];

  constructor({ count, udpPorts, log, ...options }: MediaProcessesOptions) {
    this.#processes = partsOf(udpPorts, count).map(
      (part, index) =>
        new MediaProcess({ ...options, udpPorts: part, log: count > 1 ? log.child({ engine: index + 1 }) : log }),
    );
  }

  /** @returns the URL of each. @throws MediaProcessError when one does not start; the others are stopped then */
  async start(): Promise<string[]> {
    const starting = this.#processes.map((process) => process.start());
    try {
      return await Promise.all(starting);
    } catch (error) {
      await this.stop();
      await Promise.allSettled(starting);
      throw error;
    }
  }

  /** Of those that run. */
  get pids(): number[] {
    return this.#processes.flatMap(({ pid }) => pid ?? []);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
  }
}

/** Splits first-last into ranges of about the same size. */
export function partsOf(udpPorts: string, count: number): string[] {
  const [first = 0, last = 0] = udpPorts.split('-').map(Number);
  const bounds = Array.from(
    { length: count + 1 },
    (_, index) => first + Math.floor(((last + 1 - first) * index) / count),
  );
  return bounds.slice(1).map((end, index) => `${bounds[index] ?? first}-${end - 1}`);
}
