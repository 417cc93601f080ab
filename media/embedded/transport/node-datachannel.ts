import { readFileSync } from 'node:fs';
import { thrown } from '../log.js';
import { guarded } from './guarded.js';
import type { Library } from './native-path.js';
import type { NativeOptions } from './native-transport.js';
import { NativeTransport } from './native-transport.js';
import type { Transport, TransportListener, Transports } from './transport.js';
import { NoCapacity } from './transport.js';

/** File descriptors that are kept for everything but media. */
const descriptorReserve = 128;

/**
 * Loads the native library.
 * @throws Error when there is no binary for this platform
 */
export async function loadNativeTransports(options: NativeOptions): Promise<Transports> {
  const { default: library } = await import('node-datachannel');
  return new NativeTransports(library, options);
}

/** Transports of node-datachannel, in a limited number: the library ends the process when it gets no port. */
class NativeTransports implements Transports {
  readonly limit: number;
  readonly #library: Library;
  readonly #options: NativeOptions;
  /** With those that are closing: their ports are not free yet, and the library still needs their objects. */
  readonly #open = new Set<NativeTransport>();
  /** Connections that are to replace others, or were replaced. */
  #further = 0;

  constructor(library: Library, options: NativeOptions) {
    this.#library = library;
    this.#options = options;
    // Some ports are kept free: sockets of closed transports stay open for a moment, and other programs may have
    // ports of the range.
    const ports = options.udpPorts.last - options.udpPorts.first + 1;
    this.limit = Math.max(1, Math.floor(Math.min(ports * 0.8, openFilesLimit() - descriptorReserve)));
    const { log } = options;
    library.initLogger(
      'Warning',
      guarded(
        (error) => {
          log.error('a message of the media library was lost to a defect', thrown(error));
        },
        (level: string, message: string) => {
          log.debug('native media library', { nativeLevel: level, detail: message });
        },
      ),
    );
    library.preload();
  }

  get count(): number {
    return this.#open.size + this.#further;
  }

  open(listener: TransportListener): Transport {
    this.#requirePlace();
    const closed = (): void => {
      this.#open.delete(transport);
    };
    const transport = new NativeTransport(this.#library, this.#options, listener, closed, () => this.#takePlace());
    this.#open.add(transport);
    return transport;
  }

  #takePlace(): () => void {
    this.#requirePlace();
    this.#further += 1;
    return () => {
      this.#further -= 1;
    };
  }

  #requirePlace(): void {
    if (this.count >= this.limit) throw new NoCapacity(`All ${this.limit} places for endpoints are taken`);
  }

  shutDown(): void {
    for (const transport of this.#open) transport.close();
    this.#library.cleanup();
  }
}

/** The soft limit of open files; 1024 if it cannot be read. */
function openFilesLimit(): number {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    if (line?.[1] === 'unlimited') return Number.MAX_SAFE_INTEGER;
    return Number(line?.[1] ?? 1024);
  } catch {
    return 1024;
  }
}
