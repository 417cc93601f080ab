import { ClientError } from './errors.js';
import { readFrame, type Frame } from './frames.js';

/** Time between two pings; the server gives us up after three of them without one (Kurento Room §1.4). */
const pingIntervalMs = 5000;

/** One WebSocket with a heartbeat. Not reusable once lost or closed. */
export class Socket {
  /** How long a ping may be without an answer before the socket counts as lost. */
  static readonly pingTimeoutMs = 10_000;

  onFrame: (frame: Frame) => void = () => undefined;
  /** The socket is gone without our doing; called at most once. */
  onLost: (reason: string) => void = () => undefined;
  readonly #socket: WebSocket;
  #pingTimer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  /** Rejects with `unreachable` or `timeout`. */
  static async open(
    url: string,
    { openTimeoutMs = 10_000 }: { readonly openTimeoutMs?: number } = {},
  ): Promise<Socket> {
    const socket = openSocket(url);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.onclose = null;
        socket.close();
        reject(new ClientError('timeout', 'The server does not answer.'));
      }, openTimeoutMs);
      socket.onopen = () => {
        clearTimeout(timer);
        resolve();
      };
      socket.onclose = () => {
        clearTimeout(timer);
        reject(new ClientError('unreachable', 'The server cannot be reached.'));
      };
    });
    return new Socket(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      const frame = readFrame(data);
      if (frame && !this.#ended) this.onFrame(frame);
    };
    socket.onclose = ({ reason }) => {
      this.#lose(reason);
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
   * Keeps pinging; the interval is told once. The next ping is scheduled by the answer to the last: a timer set while a message is
   * handled is not slowed down to one a minute when the page has been in the background for long, as a chain of timers is, and
   * the server would give us up.
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

  /** Takes it for lost. */
  drop(reason = 'dropped'): void {
    this.#socket.close();
    this.#lose(reason);
  }

  /** No event follows. */
  close(): void {
    this.#end();
    this.#socket.close(1000);
  }

  #lose(reason: string): void {
    if (this.#ended) return;
    this.#end();
    this.onLost(reason);
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
    throw new ClientError('unreachable', `Not an address of a server: ${url}`, { cause });
  }
}
