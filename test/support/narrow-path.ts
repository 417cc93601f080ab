import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface PathConditions {
  /** Towards the client, in bit/s. */
  bitrate: number;
  /** Share of packets that get lost, each way, 0 to 1. */
  loss: number;
  /** Each way, in ms, without the queue. */
  delayMs: number;
  /** Packets that would wait for longer are dropped. */
  queueMs: number;
}

/** An address of a media server, and the sockets by which clients reach it. */
interface Entrance {
  readonly socket: Socket;
  /** By the address of the client. */
  readonly exits: Map<string, Socket>;
}

/** Bytes of the headers of IP and UDP. */
const headers = 28;

/**
 * A way over UDP between clients and media servers on this machine, for tests: a relay that takes its time, loses packets and has a queue. A client
 * goes this way when it is told the addresses of the path in place of those of the media server, which in turn is told none of the client.
 */
export class NarrowPath {
  /** May be changed at any time. */
  readonly conditions: PathConditions;
  /** By the address of the media server. */
  readonly #entrances = new Map<string, Promise<Entrance>>();
  /** When the last packet towards the client has left, in ms. */
  #freeAt = 0;
  /** State of a pseudo-random generator. */
  #state = 1;
  #isClosed = false;

  constructor(conditions: PathConditions) {
    this.conditions = conditions;
  }

  /** A candidate of the media server, as a client is to see it; undefined: there is no way to it. */
  async through(candidate: string): Promise<string | undefined> {
    const parts = candidate.split(' ');
    const [, , protocol = '', , host = '', port = ''] = parts;
    if (protocol.toLowerCase() !== 'udp' || host.includes(':') || parts[7] !== 'host') return undefined;
    const { socket } = await this.#entrance(host, Number(port));
    parts[5] = String(socket.address().port);
    return parts.join(' ');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const opened of this.#entrances.values()) {
      const { socket, exits } = await opened;
      for (const each of [socket, ...exits.values()]) each.close();
    }
  }

  #entrance(host: string, port: number): Promise<Entrance> {
    const key = `${host}:${port}`;
    const opened = this.#entrances.get(key) ?? this.#open(host, port);
    this.#entrances.set(key, opened);
    return opened;
  }

  async #open(host: string, port: number): Promise<Entrance> {
    const socket = createSocket('udp4');
    const exits = new Map<string, Socket>();
    socket.on('message', (packet, client) => {
      const key = `${client.address}:${client.port}`;
      let exit = exits.get(key);
      if (!exit) {
        exit = createSocket('udp4');
        exit.bind(0, host);
        exit.on('message', (answer) => {
          this.#towardsClient(answer.length, () => {
            socket.send(answer, client.port, client.address);
          });
        });
        exits.set(key, exit);
      }
      const out = exit;
      if (!this.#isLost())
        this.#after(this.conditions.delayMs, () => {
          out.send(packet, port, host);
        });
    });
    socket.bind(0, host);
    await once(socket, 'listening');
    return { socket, exits };
  }

  #towardsClient(bytes: number, pass: () => void): void {
    const { bitrate, delayMs, queueMs } = this.conditions;
    const now = performance.now();
    const wait = Math.max(0, this.#freeAt - now);
    if (wait > queueMs) return;
    this.#freeAt = now + wait + ((bytes + headers) * 8000) / bitrate;
    if (!this.#isLost()) this.#after(this.#freeAt - now + delayMs, pass);
  }

  /** Timers of Node keep their order for equal times alone, so packets may overtake each other by a millisecond, as in a network. */
  #after(ms: number, run: () => void): void {
    setTimeout(() => {
      if (!this.#isClosed) run();
    }, ms);
  }

  #isLost(): boolean {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32 < this.conditions.loss;
  }
}
