import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';

interface Target {
  readonly address: string;
  readonly port: number;
}

/**
 * A network that loses packets. Datagrams to a candidate from `instead` are forwarded to the original candidate, and answers are sent
 * back, except a share in each direction. The ends need not know of it: ICE sees a NAT.
 */
export class LossyPath {
  readonly #share: number;
  readonly #sockets: Socket[] = [];
  /** A seeded generator, so that each call loses the same packets. */
  #state = 1;
  lost = 0;

  /** @param share of the packets that are lost, each way; 0 to 1 */
  constructor(share: number) {
    this.#share = share;
  }

  /** The candidate to use instead of this one; undefined if none must be used. */
  async instead(candidate: string): Promise<string | undefined> {
    const parts = candidate.split(' ');
    const [, , transport = '', , address = '', port = ''] = parts;
    if (transport.toLowerCase() !== 'udp' || !isIPv4(address)) return undefined;
    const entrance = await this.#bound();
    const ways = new Map<string, Promise<Socket>>();
    entrance.on('message', (packet, from) => {
      const key = `${from.address}:${from.port}`;
      const way = ways.get(key) ?? this.#wayBack(entrance, from);
      ways.set(key, way);
      void way.then((exit) => {
        this.#pass(exit, packet, { address, port: Number(port) });
      });
    });
    parts[4] = '127.0.0.1';
    parts[5] = String(entrance.address().port);
    return parts.join(' ');
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.close();
  }

  /** The socket by which a sender to an entrance is known on the other side. */
  async #wayBack(entrance: Socket, to: RemoteInfo): Promise<Socket> {
    const exit = await this.#bound();
    exit.on('message', (packet) => {
      this.#pass(entrance, packet, to);
    });
    return exit;
  }

  #pass(by: Socket, packet: Buffer, { address, port }: Target): void {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    if (this.#state / 2 ** 32 < this.#share) this.lost += 1;
    else if (this.#sockets.includes(by)) by.send(packet, port, address);
  }

  async #bound(): Promise<Socket> {
    const socket = createSocket('udp4');
    this.#sockets.push(socket);
    socket.on('error', () => undefined);
    socket.bind(0);
    await once(socket, 'listening');
    return socket;
  }
}
