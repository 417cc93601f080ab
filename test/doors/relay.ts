import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Stands between clients and a server. When it goes mute, both sides still have their connections, and nothing comes through. */
export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isMute = false;

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      const inner = connect(Number(target.port), target.hostname);
      for (const [from, to] of [
        [client, inner],
        [inner, client],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (bytes: Buffer) => {
          if (!this.#isMute) to.write(bytes);
        });
        from.on('error', () => undefined);
        from.on('close', () => {
          this.#sockets.delete(from);
          if (!this.#isMute) to.destroy();
        });
      }
    });
  }

  static async to(url: string): Promise<Relay> {
    const relay = new Relay(new URL(url));
    await once(relay.#server.listen(0, '127.0.0.1'), 'listening');
    return relay;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  mute(): void {
    this.#isMute = true;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
