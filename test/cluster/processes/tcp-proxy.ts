import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Where something goes: to the server, or back to the client. */
export type Way = 'there' | 'back';

/** What of the bytes of one connection is passed on. */
export type Sieve = (way: Way, bytes: Buffer) => Buffer;

/** Looks at what passes, just before it is passed on. */
export type Tap = (way: Way, bytes: Buffer) => void;

/** Of servers, the first one first. */
type Ports = () => readonly number[] | Promise<readonly number[]>;

interface Pair {
  /** What the client has sent first. */
  first: string | undefined;
  readonly near: Socket;
  readonly far: Socket;
  readonly sieve: Sieve | undefined;
  /** What waits while nothing is passed on. */
  readonly held: { readonly way: Way; readonly bytes: Buffer }[];
}

/** A network between two processes: it can be cut, it can stand still, and tests see what passes. */
export class TcpProxy {
  readonly #server: Server;
  readonly #ports: Ports;
  readonly #pairs = new Set<Pair>();
  readonly #taps = new Set<Tap>();
  readonly #stopped = new Set<Way>();
  #isCut = false;
  readonly #cutTexts = new Set<string>();
  /** Of each connection that begins from now on. */
  sieve: (() => Sieve) | undefined;

  private constructor(ports: Ports) {
    this.#ports = ports;
    this.#server = createServer((near) => {
      if (this.#isCut) near.destroy();
      else void this.#join(near);
    });
  }

  /** @param ports of the servers behind it: a connection goes to the first one that takes it */
  static async to(ports: Ports): Promise<TcpProxy> {
    const proxy = new TcpProxy(ports);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections, and new ones until `mend`. What was under way is lost. */
  cut(): void {
    this.#isCut = true;
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  /** Ends the connections of which the first bytes hold that text, and new ones until `mend`. */
  cutThose(text: string): void {
    this.#cutTexts.add(text);
    for (const pair of this.#pairs) this.#cutIfChosen(pair);
  }

  mend(): void {
    this.#isCut = false;
    this.#cutTexts.clear();
  }

  /** Connections stand, and nothing is passed on until `goOn`. */
  stop(...ways: Way[]): void {
    for (const way of ways) this.#stopped.add(way);
  }

  goOn(): void {
    this.#stopped.clear();
    for (const pair of this.#pairs) for (const { way, bytes } of pair.held.splice(0)) write(pair, way, bytes);
  }

  /** @returns a function that ends it */
  tap(tap: Tap): () => void {
    this.#taps.add(tap);
    return () => this.#taps.delete(tap);
  }

  /**
   * Calls `act` once, just before bytes with that text are passed on.
   * @returns a function that ends it
   */
  once(way: Way, text: string, act: () => void): () => void {
    const end = this.tap((passing, bytes) => {
      if (passing !== way || !bytes.includes(text)) return;
      end();
      act();
    });
    return end;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  async #join(near: Socket): Promise<void> {
    near.on('error', () => near.destroy());
    near.pause();
    const far = await this.#reach();
    if (!far || near.destroyed || this.#isCut) {
      near.destroy();
      far?.destroy();
      return;
    }
    const pair: Pair = { first: undefined, near, far, sieve: this.sieve?.(), held: [] };
    this.#pairs.add(pair);
    for (const [socket, other, way] of [
      [near, far, 'there'],
      [far, near, 'back'],
    ] as const) {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('data', (bytes: Buffer) => {
        this.#pass(pair, way, bytes);
      });
      socket.on('close', () => {
        this.#pairs.delete(pair);
        other.end();
      });
    }
    near.resume();
  }

  #pass(pair: Pair, way: Way, bytes: Buffer): void {
    if (way === 'there') pair.first ??= bytes.toString('latin1');
    this.#cutIfChosen(pair);
    const left = pair.sieve?.(way, bytes) ?? bytes;
    for (const tap of [...this.#taps]) tap(way, left);
    if (this.#stopped.has(way)) pair.held.push({ way, bytes: left });
    else write(pair, way, left);
  }

  #cutIfChosen({ first, near, far }: Pair): void {
    if (first === undefined || ![...this.#cutTexts].some((text) => first.includes(text))) return;
    near.destroy();
    far.destroy();
  }

  async #reach(): Promise<Socket | undefined> {
    for (const port of await this.#ports()) {
      const socket = connect(port, '127.0.0.1');
      const isThere = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => {
          resolve(true);
        });
        socket.once('error', () => {
          resolve(false);
        });
      });
      if (isThere) return socket;
    }
    return undefined;
  }
}

function write({ near, far }: Pair, way: Way, bytes: Buffer): void {
  if (bytes.length > 0) (way === 'there' ? far : near).write(bytes);
}
