import { once } from 'node:events';
import { WebSocket } from 'ws';

type Params = Record<string, unknown>;
interface Notifications {
  iceCandidate: { endpointName: string; candidate: string; sdpMid: string; sdpMLineIndex: number };
  roomClosed: { room: string };
}
interface Frame {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: Params;
  readonly error?: { readonly code: number; readonly message: string };
}

/** As much of the room protocol as a bot needs (docs/protocol.md): requests with their answers, and notifications. */
export class RoomClient {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Frame) => void>();
  readonly #listeners = new Map<string, (params: never) => void>();
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Frame;
      if (frame.method !== undefined) this.#listeners.get(frame.method)?.(frame.params as never);
      else if (frame.id !== undefined) this.#waiting.get(frame.id)?.(frame);
    });
  }

  static async connect(url: string): Promise<RoomClient> {
    const socket = new WebSocket(url);
    const client = new RoomClient(socket);
    await once(socket, 'open');
    return client;
  }

  on<Name extends keyof Notifications>(method: Name, listener: (params: Notifications[Name]) => void): void {
    this.#listeners.set(method, listener);
  }

  /** Rejects when the server refuses. */
  async request(method: string, params: Params = {}): Promise<Params> {
    const id = this.#nextId++;
    const answered = new Promise<Frame>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const { result, error } = await answered;
    this.#waiting.delete(id);
    if (error) throw new Error(`${method} was refused: ${error.message} (${error.code})`);
    return result ?? {};
  }

  /** Ends the session at once: the others see the bot leave now, not after the grace time. */
  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    await this.request('closeSession');
    await closed;
  }
}
