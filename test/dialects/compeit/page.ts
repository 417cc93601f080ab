import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { decodePayload, encodePayload } from '../../../dialects/compeit/transport/payload.js';
import { ask } from './http.js';
import { patienceMs } from '../../support/until.js';

export const endpoint = '/connection_agent';

export interface WireEvent {
  readonly name: string;
  // Events of the server may have any content; each test checks what it expects.
  readonly args: readonly unknown[];
}

/** Carries the packets of a raw client. */
interface Line {
  send(...packets: string[]): void;
  /** Closes without a message. */
  cut(): void;
  /** Stops reading, without a message. */
  stop(): void;
  binary?(): void;
}

export type Transport = 'websocket' | 'xhr-polling' | 'socket.io';
export const transports: readonly Transport[] = ['websocket', 'xhr-polling', 'socket.io'];

/** A client in the namespace of this dialect, over any transport. On the old transports it writes the packets itself. */
export class Page {
  /** Events in the order they came. */
  readonly events: WireEvent[] = [];
  /** Packets that are no events, as text. */
  readonly packets: string[] = [];
  sid = '';
  /** Why a newer client was refused. */
  refusal = '';
  #closed = false;
  #taken = 0;
  /** Called at every change, to check whether the awaited event has come. */
  readonly #wanting = new Set<() => void>();
  #line: Line = { send: () => undefined, cut: () => undefined, stop: () => undefined };
  #emit: (name: string, args: readonly unknown[]) => void = () => undefined;

  /** Connects to the namespace and waits for the greeting. */
  static async connect(url: string, transport: Transport = 'websocket', query = '', headers = {}): Promise<Page> {
    const page = new Page();
    if (transport === 'socket.io') {
      page.#openNew(url, query, headers);
    } else {
      await page.open(url, transport, query, headers);
      page.raw(`1::${endpoint}`);
    }
    await page.take('connected');
    return page;
  }

  /** A newer client that begins to connect, and may be refused. */
  static begin(url: string, query = '', headers = {}): Page {
    const page = new Page();
    page.#openNew(url, query, headers);
    return page;
  }

  /** Makes the handshake and opens the transport only. */
  async open(
    url: string,
    transport: 'websocket' | 'xhr-polling',
    query = '',
    headers: Record<string, string> = {},
  ): Promise<void> {
    this.sid = await handshake(url, query, headers);
    this.#line =
      transport === 'websocket' ? await this.#openWebSocket(url, this.sid) : this.#startPolling(url, this.sid);
    this.#emit = (name, args) => {
      this.raw(`5::${endpoint}:${JSON.stringify({ name, args })}`);
    };
    await this.#when('the transport is open', () => this.packets.includes('1::'));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The user's id and name, from the first event. */
  get user(): { readonly id: number; readonly name: string } {
    const greeting = this.events[0]?.args[0] as { user: { id: number; name: string } } | undefined;
    if (!greeting) throw new Error('No greeting came.');
    return greeting.user;
  }

  get id(): number {
    return this.user.id;
  }

  emit(name: string, ...args: readonly unknown[]): void {
    this.#emit(name, args);
  }

  /** Sends a message to the Kurento agent. */
  kurento(event: string, fields: object = {}): void {
    this.emit('server_message', { type: 'kurento', data: { event, ...fields } });
  }

  raw(...packets: string[]): void {
    this.#line.send(...packets);
  }

  cut(): void {
    this.#line.cut();
  }

  /** Stops reading, as a client whose network is stuck. */
  stop(): void {
    this.#line.stop();
  }

  /** The first argument of the next event of that name, and, of messages, that `event`; what comes before is skipped. */
  async take(name: string, event?: string): Promise<unknown> {
    const matches = ({ name: its, args: [argument] }: WireEvent): boolean =>
      its === name && (event === undefined || (argument as { event?: string }).event === event);
    let found: WireEvent | undefined;
    await this.#when(`${name} ${event ?? ''}`, () => {
      const index = this.events.findIndex((each, at) => at >= this.#taken && matches(each));
      if (index < 0) return false;
      this.#taken = index + 1;
      found = this.events[index];
      return true;
    });
    return found?.args[0];
  }

  /** All events since the last call, in order, after all earlier requests were answered. */
  async rest(): Promise<WireEvent[]> {
    const from = this.#taken;
    this.emit('server_message', { type: 'file' });
    let answer: unknown;
    do answer = await this.take('server_message');
    while ((answer as { type: string }).type !== 'file');
    return this.events.slice(from, this.#taken - 1);
  }

  async join(room: unknown): Promise<void> {
    this.emit('join_room', { room });
    await this.take('room_joined');
  }

  /** Only over an old WebSocket. */
  sendBinary(): void {
    this.#line.binary?.();
  }

  async gone(): Promise<void> {
    await this.#when('the end of the connection', () => this.#closed);
  }

  /** Resolves at the change that makes it true. */
  #when(what: string, condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!condition()) return;
        clearTimeout(impatience);
        this.#wanting.delete(look);
        resolve();
      };
      const impatience = setTimeout(() => {
        this.#wanting.delete(look);
        const came = JSON.stringify([...this.packets, ...this.events.slice(this.#taken)]).slice(0, 1_000);
        reject(new Error(`Not within ${patienceMs} ms: ${what}; what came: ${came}`));
      }, patienceMs).unref();
      this.#wanting.add(look);
      look();
    });
  }

  #changed(): void {
    for (const look of this.#wanting) look();
  }

  #end(): void {
    this.#closed = true;
    this.#changed();
  }

  #receive(text: string): void {
    if (text.startsWith('5:')) {
      const { name, args } = JSON.parse(text.slice(text.indexOf(':{') + 1)) as { name: string; args?: unknown[] };
      this.events.push({ name, args: args ?? [] });
    } else {
      this.packets.push(text);
      if (text === '2::') this.raw('2::');
    }
    this.#changed();
  }

  async #openWebSocket(url: string, sid: string): Promise<Line> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/1/websocket/${sid}`);
    socket.on('message', (data: Buffer) => {
      this.#receive(data.toString());
    });
    socket.on('close', () => {
      this.#end();
    });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.on('error', () => undefined);
    return {
      send: (...packets) => {
        for (const packet of packets) socket.send(packet);
      },
      cut: () => {
        socket.terminate();
      },
      stop: () => undefined,
      binary: () => {
        socket.send(Buffer.from('2::'), { binary: true });
      },
    };
  }

  #startPolling(url: string, sid: string): Line {
    const address = `${url}/socket.io/1/xhr-polling/${sid}`;
    let abort = (): void => undefined;
    const poll = async (): Promise<void> => {
      while (!this.#closed) {
        const underway = (breakOff: () => void): void => {
          abort = breakOff;
        };
        const { status, body } = await ask(`${address}?t=1`, { underway });
        if (status !== 200) break;
        const packets = decodePayload(body) ?? [];
        for (const packet of packets) this.#receive(packet);
        if (packets.includes('7:::1+0') || packets.includes('0::')) break;
      }
    };
    void poll()
      .catch(() => undefined)
      .then(() => {
        this.#end();
      });
    let posting: Promise<unknown> = Promise.resolve();
    return {
      send: (...packets) => {
        posting = posting.then(() => ask(address, { body: encodePayload(packets) })).catch(() => undefined);
      },
      cut: () => {
        this.#end();
        abort();
        // Between two polls the server would not notice the end. Pages send this request when they are closed.
        void ask(`${address}?disconnect`).catch(() => undefined);
      },
      stop: () => {
        this.#end();
      },
    };
  }

  #openNew(url: string, query: string, headers: Record<string, string>): void {
    const fields = Object.fromEntries(new URLSearchParams(query));
    const socket = io(url + endpoint, {
      forceNew: true,
      reconnection: false,
      transports: ['websocket'],
      query: fields,
      extraHeaders: headers,
    });
    socket.onAny((name: string, ...args: unknown[]) => {
      this.events.push({ name, args });
      this.#changed();
    });
    socket.on('disconnect', () => {
      this.#end();
    });
    socket.on('connect_error', ({ message }) => {
      this.refusal = message;
      this.#end();
    });
    this.#emit = (name, args) => socket.emit(name, ...args);
    this.#line = {
      send: () => undefined,
      cut: () => {
        socket.io.engine.close();
      },
      stop: () => undefined,
    };
  }
}

/** @returns the session id @throws with the status and the body of a refusal */
export async function handshake(url: string, query = '', headers: Record<string, string> = {}): Promise<string> {
  const { status, body } = await ask(`${url}/socket.io/1/?${query}`, { headers });
  if (status !== 200) throw new Error(`${status} ${body}`);
  return body.split(':')[0] ?? '';
}
