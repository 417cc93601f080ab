import { WebSocket } from 'ws';
import { patienceMs } from './until.js';

export interface WireFrame {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: Readonly<Record<string, unknown>>;
  };
  readonly [member: string]: unknown;
}

/** A client of the room protocol that keeps the frames in the order of their arrival. */
export class RpcClient {
  readonly #webSocket: WebSocket;
  readonly #frames: WireFrame[] = [];
  readonly #wanting = new Set<() => void>();
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  #nextId = 1;

  private constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => {
      this.#frames.push(JSON.parse(data.toString()) as WireFrame);
      for (const look of this.#wanting) look();
    });
    this.closed = new Promise((resolve) => webSocket.once('close', resolve));
    webSocket.on('error', () => undefined);
  }

  /** @param base the server's address as http://host:port/ */
  static connect(
    base: string,
    options: { path?: string; protocols?: string[]; origin?: string; headers?: Record<string, string> } = {},
  ): Promise<RpcClient> {
    const { path = 'room', protocols = [], origin, headers } = options;
    return new Promise((resolve, reject) => {
      const webSocket = new WebSocket(base.replace(/^http/, 'ws') + path, protocols, {
        ...(origin !== undefined && { origin }),
        ...(headers && { headers }),
      });
      // The listener must be set before the first message.
      const client = new RpcClient(webSocket);
      webSocket.once('open', () => {
        resolve(client);
      });
      webSocket.once('error', reject);
    });
  }

  /** All frames that were not taken yet. */
  get frames(): readonly WireFrame[] {
    return this.#frames;
  }

  /** Notifications that were not taken yet, without candidates of the media server. */
  get notifications(): WireFrame[] {
    return this.#frames.filter(({ method }) => method !== undefined && method !== 'iceCandidate');
  }

  send(frame: unknown): void {
    this.#webSocket.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame));
  }

  /** Sends a request and resolves with its whole answer. */
  call(method: string, params?: unknown, id: unknown = this.#nextId++): Promise<WireFrame> {
    this.send({ jsonrpc: '2.0', method, params, id });
    return this.take((frame) => frame.id === id && frame.method === undefined);
  }

  /** Sends a request and resolves with its result. Rejects when the answer is an error. */
  async request(method: string, params?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.call(method, params);
    if (!answer.result) throw new Error(`${method} was refused: ${JSON.stringify(answer.error)}`);
    return answer.result;
  }

  /** Sends a request and resolves with the code of its error. Rejects when the answer is a result. */
  async refusal(method: string, params?: unknown): Promise<number> {
    const answer = await this.call(method, params);
    if (!answer.error) throw new Error(`${method} was not refused: ${JSON.stringify(answer.result)}`);
    return answer.error.code;
  }

  /** As `refusal`, with the reason, as `401 locked`. */
  async reason(method: string, params?: unknown): Promise<string> {
    const { error, result } = await this.call(method, params);
    if (!error) throw new Error(`${method} was not refused: ${JSON.stringify(result)}`);
    return [error.code, error.data?.reason].join(' ').trim();
  }

  /** The subprotocol that the server has selected. */
  get subprotocol(): string {
    return this.#webSocket.protocol;
  }

  /** Takes the first notification of that method. Waits if there is none. */
  async notified(method: string): Promise<Record<string, unknown>> {
    return (await this.take((frame) => frame.method === method)).params ?? {};
  }

  /** Takes the first frame that fits. Waits if there is none; rejects after 15 s. */
  take(fits: (frame: WireFrame) => boolean): Promise<WireFrame> {
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => {
        this.#wanting.delete(look);
        reject(new Error(`nothing that fits came; there is ${JSON.stringify(this.#frames).slice(0, 2_000)}`));
      }, patienceMs).unref();
      const look = (): void => {
        const index = this.#frames.findIndex(fits);
        const [frame] = index < 0 ? [] : this.#frames.splice(index, 1);
        if (!frame) return;
        clearTimeout(giveUp);
        this.#wanting.delete(look);
        resolve(frame);
      };
      this.#wanting.add(look);
      look();
    });
  }

  /** Resolves when all that the server had for this client has arrived: it is sent before the pong. */
  async settle(): Promise<void> {
    const id = `settle ${this.#nextId++}`;
    this.send({ jsonrpc: '2.0', method: 'ping', id });
    await this.take((frame) => frame.id === id);
  }

  /** Ends the connection as a crash does. */
  cut(): void {
    this.#webSocket.terminate();
  }

  /** Begins the closing handshake as a client does that has something to say. */
  closeWith(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  async close(): Promise<void> {
    this.#webSocket.close(1000);
    await this.closed;
  }

  /** Stops reading, like a client whose network does not work. */
  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }
}
