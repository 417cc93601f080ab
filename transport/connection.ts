import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Frame } from './frame.js';
import type { WriteTurn, Writer } from './write-turn.js';

export interface ConnectionLimits {
  /** UTF-16 code units of one incoming text message; a longer one closes the connection with 1009. */
  readonly maxTextLength: number;
  /** Bytes that may wait for a slow reader before it is dropped with 1008. */
  readonly maxQueuedBytes: number;
}

export interface ConnectionListener {
  text(text: string): void;
  binary(): void;
  /** The connection is over, for any reason. Called once, as the last call, and never from inside another call of this connection. */
  closed(reason: string): void;
}

/** Sees connections and what is sent over them, for programs and tests that need to know. Must not throw. */
export interface ConnectionObserver {
  opened?(connection: Connection): void;
  /** A frame is queued for an open connection. In order over all connections, which no client can see. */
  sent?(connection: Connection, frame: Frame): void;
}

export interface Heartbeat {
  /** Between two pings. */
  readonly intervalMs: number;
  /** Silence, of frames and pongs, after which the connection is dropped. */
  readonly timeoutMs: number;
  /** The close code then. */
  readonly code: number;
}

/** How long a dropped client has to read the close frame before its socket is destroyed, in ms. */
const dropAfterMs = 2_000;

/**
 * One live WebSocket. The ws library receives and does the closing handshake. Frames to send are ready-made and go past the
 * library to the socket: all that is due in one turn of the event loop in one write. That is safe because the library also
 * writes whole frames only, since compression is off.
 */
export class Connection implements Writer {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #turn: WriteTurn;
  readonly #limits: ConnectionLimits;
  #due: Frame[] = [];
  #dueBytes = 0;
  #listener: ConnectionListener | undefined;
  #open = true;
  #heardAt = 0;
  #beat: NodeJS.Timeout | undefined;

  constructor(webSocket: WebSocket, socket: Duplex, turn: WriteTurn, limits: ConnectionLimits) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#turn = turn;
    this.#limits = limits;
    webSocket.on('message', this.#onMessage);
    webSocket.on('close', this.#onClose);
    // The client broke the protocol. 'close' follows.
    webSocket.on('error', ignore);
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener;
  }

  /** Pings the client from now on, and drops the connection when nothing comes any more. Called once. */
  keepAlive(heartbeat: Heartbeat): void {
    const hear = (): void => {
      this.#heardAt = performance.now();
    };
    hear();
    // A part of a long frame is a sign of life as well.
    this.#socket.on('data', hear);
    this.#watch(heartbeat, 0);
  }

  /** The address of the client, or of the proxy before it. Undefined when the client is gone. */
  get remoteAddress(): string | undefined {
    return (this.#socket as Partial<Pick<Socket, 'remoteAddress'>>).remoteAddress;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Queues a frame for the end of this turn. Does nothing on a connection that is closed or closing. */
  send(frame: Frame): void {
    if (!this.#open) return;
    this.#dueBytes += frame.length;
    if (this.#due.push(frame) === 1) this.#turn.add(this);
    else if (this.#dueBytes > this.#limits.maxQueuedBytes) this.#dropSlow();
  }

  /** Called at the end of the turn. */
  flush(join: (frames: readonly Frame[]) => Buffer): void {
    const [first] = this.#due;
    if (!first) return;
    const due = this.#due;
    this.#due = [];
    this.#dueBytes = 0;
    this.#socket.write(due.length === 1 ? first : join(due));
    if (this.#socket.writableLength > this.#limits.maxQueuedBytes) this.#dropSlow();
  }

  /** Sends what is due, then closes with a handshake. */
  close(code: number, reason: string): void {
    if (!this.#open) return;
    this.flush((frames) => Buffer.concat(frames));
    this.#open = false;
    clearTimeout(this.#beat);
    // A flush that found the reader too slow has closed it already; a second close does nothing.
    this.#webSocket.close(code, reason);
  }

  /** Pings when it is time, drops a silent client, and calls itself again when one of the two is due. */
  #watch(heartbeat: Heartbeat, pingedAt: number): void {
    const { intervalMs, timeoutMs, code } = heartbeat;
    const now = performance.now();
    const left = timeoutMs - (now - this.#heardAt);
    if (left < 0) {
      this.#drop(code, 'Heartbeat failed', `nothing was heard for ${timeoutMs} ms`);
      return;
    }
    const isDue = now - pingedAt >= intervalMs - 1;
    if (isDue) this.#webSocket.ping();
    const next = isDue ? intervalMs : intervalMs - (now - pingedAt);
    this.#beat = setTimeout(
      () => {
        this.#watch(heartbeat, isDue ? now : pingedAt);
      },
      Math.min(next, left + 1),
    );
  }

  #dropSlow(): void {
    const reason = `slow reader: more than ${this.#limits.maxQueuedBytes} bytes were waiting`;
    this.#drop(1008, 'Too slow: messages pile up', reason);
  }

  #drop(code: number, text: string, reason: string): void {
    this.#open = false;
    this.#due = [];
    this.#webSocket.close(code, text);
    setTimeout(() => {
      this.#webSocket.terminate();
    }, dropAfterMs).unref();
    setImmediate(() => {
      this.#end(reason);
    });
  }

  readonly #onMessage = (data: RawData, isBinary: boolean): void => {
    if (!this.#open) return;
    if (isBinary) {
      this.#listener?.binary();
      return;
    }
    // ws hands over one Buffer unless told otherwise by its binaryType.
    const text = (data as Buffer).toString();
    if (text.length > this.#limits.maxTextLength) this.close(1009, 'Message too long');
    else this.#listener?.text(text);
  };

  readonly #onClose = (code: number, reason: Buffer): void => {
    this.#open = false;
    this.#end(reason.length > 0 ? `${code} ${reason.toString()}` : String(code));
  };

  #end(reason: string): void {
    clearTimeout(this.#beat);
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.closed(reason);
  }
}

/** A class of its own, so that a connection without an observer pays nothing for it. */
export class ObservedConnection extends Connection {
  readonly #observer: ConnectionObserver;

  constructor(
    webSocket: WebSocket,
    socket: Duplex,
    turn: WriteTurn,
    limits: ConnectionLimits,
    observer: ConnectionObserver,
  ) {
    super(webSocket, socket, turn, limits);
    this.#observer = observer;
  }

  override send(frame: Frame): void {
    if (this.open) this.#observer.sent?.(this, frame);
    super.send(frame);
  }
}

function ignore(): void {
  // See the constructor.
}
