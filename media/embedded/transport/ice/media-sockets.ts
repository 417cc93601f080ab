import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { guarded } from '../guarded.js';
import type { LocalAddress } from '../local-addresses.js';
import type { Address } from './binding.js';

/** Ports of the range that are tried: others may have some of them. */
const mostTries = 50;

export interface MediaSocketsOptions {
  /** What clients may be told of, before anything is left out or told otherwise. */
  readonly addresses: readonly LocalAddress[];
  /** Undefined: all. */
  readonly bindAddress: string | undefined;
  readonly ports: { readonly first: number; readonly last: number };
  readonly received: (packet: Buffer, from: Address) => void;
  /** They can be reached at these addresses. Called once, in a later turn. */
  readonly bound: (addresses: readonly Address[]) => void;
  readonly failed: (error: unknown) => void;
}

/** UDP sockets by which clients reach us: one for each family of addresses. */
export class MediaSockets {
  readonly #options: MediaSocketsOptions;
  readonly #sockets = new Map<'ipv4' | 'ipv6', Socket>();
  #closed = false;

  constructor(options: MediaSocketsOptions) {
    this.#options = options;
    void this.#bindAll();
  }

  send(packet: Buffer, { address, port }: Address): void {
    if (this.#closed) return;
    this.#sockets.get(isIPv4(address) ? 'ipv4' : 'ipv6')?.send(packet, port, address, ignore);
  }

  close(): void {
    this.#closed = true;
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  async #bindAll(): Promise<void> {
    const { addresses, bound, failed } = this.#options;
    const found: Address[] = [];
    for (const family of ['ipv4', 'ipv6'] as const) {
      const own = addresses.filter((local) => local.family === family);
      const socket = own.length > 0 ? await this.#bind(family) : undefined;
      if (!socket) continue;
      const { port } = socket.address();
      found.push(...own.map(({ address }) => ({ address, port })));
    }
    guarded(failed, () => {
      if (!this.#closed) bound(found);
    })();
  }

  /** Undefined where no port is free, or it is closed meanwhile. */
  async #bind(family: 'ipv4' | 'ipv6'): Promise<Socket | undefined> {
    const { bindAddress, ports, received, failed } = this.#options;
    const count = ports.last - ports.first + 1;
    const start = Math.floor(Math.random() * count);
    for (let tries = 0; tries < Math.min(count, mostTries); tries += 1) {
      const socket = mediaSocket(family);
      const port = ports.first + ((start + tries) % count);
      const isFree = await new Promise<boolean>((resolve) => {
        socket.once('error', () => {
          resolve(false);
        });
        socket.bind({ port, exclusive: true, ...(bindAddress !== undefined && { address: bindAddress }) }, () => {
          resolve(true);
        });
      });
      if (isFree && !this.#closed) {
        socket.on('message', guarded(failed, received));
        this.#sockets.set(family, socket);
        return socket;
      }
      socket.close();
      if (this.#closed) return undefined;
    }
    return undefined;
  }
}

/** One that asks no name server, whatever it is to send to, and ends nothing when it cannot. */
export function mediaSocket(family: 'ipv4' | 'ipv6'): Socket {
  const [type, number] = family === 'ipv4' ? (['udp4', 4] as const) : (['udp6', 6] as const);
  const socket = createSocket({
    ...{ type, ipv6Only: family === 'ipv6' },
    lookup: (address, _options, done) => {
      done(null, address, number);
    },
  });
  // What cannot be sent is lost, as any packet may be.
  return socket.on('error', ignore);
}

function ignore(): void {
  // Nobody waits for it.
}
