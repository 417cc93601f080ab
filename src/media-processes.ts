import { ConfigError } from './config.js';
import type { ParentLog } from '../log.js';
import type { LogLevel } from './log.js';
import { displayedUrl } from '../media/displayed-url.js';
import type { EngineLogin } from './engine-login.js';
import type { KeptEngines } from './kept-engines.js';
import { MediaProcess, endProcess } from './media-process.js';
import { fewestPorts, splitUdpPorts, writeUdpPorts } from './udp-ports.js';
import type { UdpPorts } from './udp-ports.js';

export interface MediaProcessesOptions {
  readonly count: number;
  /** Divided among them. */
  readonly udpPorts: UdpPorts;
  /** Flags for all of them, without those of their ports. */
  readonly flags: readonly string[];
  /** Where they listen. Default: as `MediaProcessOptions`. */
  readonly host?: string | undefined;
  /** By which each is known. Default: as `MediaProcessOptions`. */
  readonly login?: (() => EngineLogin) | undefined;
  /** They outlive the server, and those of a former server are used. Default: they end with the server. */
  readonly kept?: KeptEngines | undefined;
  readonly log: ParentLog;
}

/** What /healthz tells of an embedded engine besides what it tells of any media server. */
export interface MediaProcessState {
  /** Of its process; absent while it is down. */
  readonly pid?: number;
  /** How often it was started again. */
  readonly restarts: number;
}

/** The embedded engines of this server. Each is a media server with UDP ports of its own. */
export class MediaProcesses {
  readonly #processes: readonly MediaProcess[];
  readonly #kept: KeptEngines | undefined;
  readonly #log: ParentLog;

  /** @throws ConfigError when there are not enough ports for so many */
  constructor({ count, udpPorts, flags, host, login, kept, log }: MediaProcessesOptions) {
    const parts = splitUdpPorts(udpPorts, count);
    if (parts.some(({ first, last }) => last - first + 1 < fewestPorts)) {
      const there = `${writeUdpPorts(udpPorts)} are ${udpPorts.last - udpPorts.first + 1}`;
      throw new ConfigError(
        `MEDIA_UDP_PORTS: ${count} media processes (MEDIA_PROCESSES) need at least ${count * fewestPorts} ports, and ${there}`,
      );
    }
    this.#kept = kept;
    this.#log = log;
    this.#processes = parts.map(
      (part, index) =>
        new MediaProcess({
          name: count === 1 ? 'media' : `media-${index + 1}`,
          flags: ['--udp-ports', writeUdpPorts(part), ...flags],
          ...{ host, login: login?.(), kept, log },
        }),
    );
  }

  /** @returns the WebSocket URL of each, with its secret. @throws MediaProcessError when one does not start; the others are stopped then */
  async start(): Promise<string[]> {
    await this.#endUnknown();
    const starting = this.#processes.map((process) => process.start());
    try {
      return await Promise.all(starting);
    } catch (error) {
      await this.stop();
      await Promise.allSettled(starting);
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
  }

  /** They run on, and are not ours any more. */
  leave(): void {
    for (const process of this.#processes) process.leave();
  }

  logLevel(level: LogLevel): void {
    for (const process of this.#processes) process.logLevel(level);
  }

  /** For the log, in the order of their URLs. */
  get names(): string[] {
    return this.#processes.map(({ name }) => name);
  }

  /** Of those that run. */
  get pids(): number[] {
    return this.#processes.flatMap(({ pid }) => pid ?? []);
  }

  /** Engines of a former server that had more of them. */
  async #endUnknown(): Promise<void> {
    const known = new Set(this.names);
    const unknown = this.#kept?.all.filter(({ name }) => !known.has(name)) ?? [];
    await Promise.all(
      unknown.map(async ({ name, process: mark }) => {
        this.#log.warn('a media engine of the former server is one too many now, and ends', { process: name });
        await endProcess(mark);
        this.#kept?.remove(name);
      }),
    );
  }

  /** The state of the engine that is shown with this URL. Undefined for a media server that is not one of them. */
  state(url: string): MediaProcessState | undefined {
    const process = this.#processes.find((each) => each.url !== undefined && displayedUrl(each.url) === url);
    return process && { ...(process.pid !== undefined && { pid: process.pid }), restarts: process.restarts };
  }
}
