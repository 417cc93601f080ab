import type { MethodName, RequestParams, RequestResult } from '../src/protocol/params.js';
import { Emitter } from './emitter.js';
import { ClientError, wireError } from './errors.js';
import { readFrame, type Notification } from './frames.js';

interface SignallingEvents extends Record<string, readonly unknown[]> {
  notification: [Notification];
  /** The connection is gone without our doing. Last event, at most once. */
  lost: [ClientError];
}

interface Pending {
  readonly resolve: (result: Readonly<Record<string, unknown>>) => void;
  readonly reject: (error: ClientError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export interface SignallingOptions {
  /** How long to wait for the WebSocket to open. Default: 10 000. */
  readonly openTimeoutMs?: number;
  /** How long to wait for an answer. Default: 15 000 (the server answers well within that, Kurento Room §1.7). */
  readonly requestTimeoutMs?: number;
}

/** Time between two pings; the server gives us up after three of them without one (Kurento Room §1.4). */
const pingIntervalMs = 5000;
const pingTimeoutMs = 10_000;

/** JSON-RPC 2.0 over one WebSocket, with a heartbeat. Not reusable once lost or closed. */
export class Signalling extends Emitter<SignallingEvents> {
  readonly #socket: WebSocket;
  readonly #requestTimeoutMs: number;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #pingTimer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  /** Rejects with `unreachable` or `timeout`. */
  static async open(url: string, options: SignallingOptions = {}): Promise<Signalling> {
    const socket = openSocket(url);
    const timeoutMs = options.openTimeoutMs ?? 10_000;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.close();
        reject(new ClientError('timeout', 'The server does not answer.'));
      }, timeoutMs);
      socket.onopen = () => {
        clearTimeout(timer);
        resolve();
      };
      socket.onclose = () => {
        clearTimeout(timer);
        reject(new ClientError('unreachable', 'The server cannot be reached.'));
      };
    });
    return new Signalling(socket, options);
  }

  private constructor(socket: WebSocket, options: SignallingOptions) {
    super();
    this.#socket = socket;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 15_000;
    socket.onmessage = (event: MessageEvent<unknown>) => {
      this.#receive(event.data);
    };
    socket.onclose = (event) => {
      this.#lose(event.reason);
    };
    this.#ping({ interval: pingIntervalMs });
  }

  /** Rejects with the server's refusal, `timeout`, `disconnected` or `closed`. */
  async request<M extends MethodName>(
    method: M,
    params: RequestParams<M>,
    timeoutMs = this.#requestTimeoutMs,
  ): Promise<RequestResult<M>> {
    if (this.#ended) throw new ClientError('disconnected', 'There is no connection to the server.');
    const id = this.#nextId++;
    const answered = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new ClientError('timeout', `The server did not answer ${method}.`));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
    });
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', method, params, id }));
    return (await answered) as RequestResult<M>;
  }

  /** Closes the socket. What is still waiting for an answer rejects with `closed`. No event. */
  close(): void {
    this.#end(new ClientError('closed', 'The connection was closed.'));
    this.#socket.close(1000);
  }

  #receive(data: unknown): void {
    const frame = readFrame(data);
    if (!frame || this.#ended) return;
    if (frame.type === 'notification') {
      this.emit('notification', frame.notification);
      return;
    }
    const pending = this.#pending.get(frame.id);
    if (!pending) return;
    this.#pending.delete(frame.id);
    clearTimeout(pending.timer);
    if (frame.type === 'result') pending.resolve(frame.result);
    else pending.reject(wireError(frame.code, frame.message));
  }

  /**
   * The next ping is scheduled by the answer to the last: a timer set while a message is handled is not slowed down to one a
   * minute when the page has been in the background for long, as a chain of timers is, and the server would give us up.
   */
  #ping(params: RequestParams<'ping'>): void {
    this.request('ping', params, pingTimeoutMs).then(
      () => {
        if (this.#ended) return;
        this.#pingTimer = setTimeout(() => {
          this.#ping({});
        }, pingIntervalMs);
      },
      () => {
        if (this.#ended) return;
        this.#socket.close();
        this.#lose('no answer to ping');
      },
    );
  }

  #lose(reason: string): void {
    if (this.#ended) return;
    const error = new ClientError('disconnected', `The connection to the server was lost${reason && `: ${reason}`}.`);
    this.#end(error);
    this.emit('lost', error);
  }

  #end(error: ClientError): void {
    this.#ended = true;
    clearTimeout(this.#pingTimer);
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
  }
}

function openSocket(url: string): WebSocket {
  try {
    return new WebSocket(url);
  } catch (cause) {
    throw new ClientError('unreachable', `Not an address of a server: ${url}`, { cause });
  }
}
