import { ClientError } from './errors.js';
import { readFrame, type Frame } from './frames.js';

/**
 * Time between two pings. After three times as long without a ping the server closes the connection
 * (docs/protocols/kurento-room.md#14-ping).
 */
const pingIntervalMs = 5000;

/** One WebSocket with a heartbeat. Once lost or closed it cannot be used again. */
export class Socket {
  /** How long a ping may be without an answer before the socket counts as lost. */
  static readonly pingTimeoutMs = 10_000;

  onFrame: (frame: Frame) => void = () => undefined;
  /** The socket was lost, and we did not close it. Called at most once. `code`: of the closing handshake, if there was one. */
  onLost: (reason: string, code?: number) => void = () => undefined;
  readonly #socket: WebSocket;
  #pingTimer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  /** Rejects with `unreachable`, `timeout`, `invalid-argument`, or with `closed` when the signal says that it is not wanted any more. */
  static async open(
    url: string,
    { openTimeoutMs = 10_000 }: { readonly openTimeoutMs?: number | undefined } = {},
    signal?: AbortSignal,
  ): Promise<Socket> {
    const socket = openSocket(url);
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      };
      const fail = (code: 'closed' | 'timeout' | 'unreachable', message: string): void => {
        end();
        socket.onopen = socket.onclose = null;
        socket.close();
        reject(new ClientError(code, message));
      };
      const giveUp = (): void => {
        fail('closed', 'The connection is not wanted any more.');
      };
      const timer = setTimeout(() => {
        fail('timeout', 'The server does not answer.');
      }, openTimeoutMs);
      socket.onopen = () => {
        end();
        resolve();
      };
      socket.onclose = () => {
        fail('unreachable', `The server cannot be reached at ${url}.`);
      };
      signal?.addEventListener('abort', giveUp);
      if (signal?.aborted) giveUp();
    });
    return new Socket(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      const frame = readFrame(data);
      if (frame && !this.#ended) this.onFrame(frame);
    };
    socket.onclose = ({ reason, code }) => {
      this.#connectionLost(reason, code);
    };
  }

  get open(): boolean {
    return !this.#ended;
  }

  send(text: string): void {
    if (this.#ended) return;
    try {
      this.#socket.send(text);
    } catch {
      // Closing: `onLost` follows.
    }
  }

  /**
   * Keeps pinging. The first ping tells the interval. Browsers throttle chained timers of background pages to one a minute, which
   * would exceed the server's limit. A timer that is started from a message handler is not throttled, so the answer to each ping
   * starts the timer of the next.
   */
  watch(ping: (intervalMs?: number) => Promise<unknown>): void {
    const next = (intervalMs?: number): void => {
      ping(intervalMs).then(
        () => {
          if (this.#ended) return;
          this.#pingTimer = setTimeout(next, pingIntervalMs);
        },
        () => {
          if (!this.#ended) this.drop('no answer to ping');
        },
      );
    };
    next(pingIntervalMs);
  }

  /** Treats the socket as lost. */
  drop(reason = 'dropped'): void {
    this.#socket.close();
    this.#connectionLost(reason);
  }

  /** No event follows. */
  close(): void {
    this.#end();
    this.#socket.close(1000);
  }

  #connectionLost(reason: string, code?: number): void {
    if (this.#ended) return;
    this.#end();
    this.onLost(reason, code);
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#pingTimer);
  }
}

function openSocket(url: string): WebSocket {
  try {
    return new WebSocket(url);
  } catch (cause) {
    const isInsecure = cause instanceof Error && cause.name === 'SecurityError';
    const why = isInsecure ? 'A page that came by https may speak to servers by https alone' : 'No server can have it';
    throw new ClientError('invalid-argument', `The browser does not take the address ${url}. ${why}.`, { cause });
  }
}
