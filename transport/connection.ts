import type { Duplex } from 'node:stream';
import { chargeTold } from './gate/account.js';
import type { Account } from './gate/account.js';
import type { DoorFigures, Visitor } from './door-figures.js';
import type { Frame } from './frame.js';
import type { GateSocket } from './gate/gate-socket.js';
import { Patience } from './gate/patience.js';
import type { WriteTurn, Writer } from './write-turn.js';

export interface ConnectionLimits {
  /** UTF-16 code units of one incoming text message; a longer one closes the connection with 1009. */
  readonly maxTextLength: number;
  /** Bytes that may wait for a slow reader before it is dropped with 1008. */
  readonly maxQueuedBytes: number;
  readonly heartbeat: Heartbeat;
  /** How long a client may take for its first message, in ms. */
  readonly firstMessageMs: number;
  /** How long a client may take for one message that it has begun, in ms. */
  readonly messageMs: number;
}

export interface ConnectionListener {
  text(text: string): void;
  binary(): void;
  /**
   * Tells the client, in the form of the protocol, that it has spent its budget. The connection is closed right after that.
   * @param text the message that is not served; undefined for a binary one
   * @param retryAfterMs how long until the budget allows one more request, in ms
   */
  overBudget?(text: string | undefined, retryAfterMs: number): void;
  /**
   * The connection is over, for any reason. Called once, as the last call, and never from inside another call of this connection.
   * @param code with which it was closed; undefined where nobody closed it
   */
  closed(reason: string, code?: number): void;
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

/** What one connection is made of. */
export interface Wire {
  readonly webSocket: GateSocket;
  readonly socket: Duplex;
  readonly turn: WriteTurn;
  readonly account: Account;
  /** The IP address of the client. */
  readonly address: string;
  /** Called when the client has made its first request. */
  readonly introduced: () => void;
  readonly figures: DoorFigures;
}

/** How long a dropped client has to read the close frame before its socket is destroyed, in ms. */
const dropAfterMs = 2_000;

/**
 * One live WebSocket. The ws library receives and does the closing handshake. Frames to send are ready-made and go past the
 * library to the socket: all that is due in one turn of the event loop in one write. That is safe because the library also
 * writes whole frames only, since compression is off.
 */
export class Connection implements Writer, Visitor {
  /** The IP address of the client, behind the proxies that are trusted. */
  readonly address: string;
  readonly #webSocket: GateSocket;
  readonly #socket: Duplex;
  readonly #turn: WriteTurn;
  readonly #limits: ConnectionLimits;
  readonly #introduced: () => void;
  readonly #figures: DoorFigures;
  readonly #gone: (reason: string) => void;
  #due: Frame[] = [];
  #dueBytes = 0;
  #listener: ConnectionListener | undefined;
  #open = true;
  #isNew = true;
  /** Ends the connection of a client that sends nothing. */
  #silence: Patience;
  #pings: NodeJS.Timeout;
  /** For the first message, later for a message that is not complete. */
  #message: Patience | undefined;

  constructor({ webSocket, socket, turn, account, address, introduced, figures }: Wire, limits: ConnectionLimits) {
    this.address = address;
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#turn = turn;
    this.#limits = limits;
    this.#introduced = introduced;
    this.#figures = figures;
    this.#gone = figures.enter(this);
    webSocket.on('message', this.#onMessage);
    webSocket.on('close', this.#onClose);
    // The client broke the protocol. 'close' follows.
    webSocket.on('error', ignore);
    webSocket.admit(account, ({ data, isBinary }) => {
      this.#listener?.overBudget?.(isBinary ? undefined : data.toString(), account.retryAfterMs);
      this.close(1008, 'Too many requests');
    });
    this.#silence = this.#listenFor(limits.heartbeat);
    this.#pings = this.#ping(limits.heartbeat);
    this.#message = new Patience(limits.firstMessageMs, () => {
      this.drop(1008, 'No request came', `no message within ${limits.firstMessageMs} ms`);
    });
    // Pongs and parts of a long message are signs of life as well.
    socket.on('data', this.#onData);
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener;
  }

  /** Pings at another interval from now on. */
  keepAlive(heartbeat: Heartbeat): void {
    if (!this.#open) return;
    this.#silence.stop();
    clearInterval(this.#pings);
    this.#silence = this.#listenFor(heartbeat);
    this.#pings = this.#ping(heartbeat);
  }

  get open(): boolean {
    return this.#open;
  }

  /** Bytes that wait for the client. */
  get waiting(): number {
    return this.#dueBytes + this.#socket.writableLength;
  }

  /** Queues a frame for the end of this turn. Does nothing on a connection that is closed or closing. */
  send(frame: Frame): void {
    if (!this.#open) return;
    chargeTold(frame.length);
    this.#figures.sent += 1;
    this.#figures.sentBytes += frame.length;
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
    this.#rest();
    // A flush that found the reader too slow has closed it already; a second close does nothing.
    this.#webSocket.close(code, reason);
  }

  /**
   * Ends a connection whose client is probably gone, or does not read. The listener is told at once. The client gets the code and the
   * text if it is there after all.
   * @param reason for the listener
   */
  drop(code: number, text: string, reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#rest();
    this.#due = [];
    this.#webSocket.close(code, text);
    setTimeout(() => {
      this.#webSocket.terminate();
    }, dropAfterMs).unref();
    setImmediate(() => {
      this.#end(reason);
    });
  }

  #dropSlow(): void {
    this.#figures.slowReaders += 1;
    const reason = `slow reader: more than ${this.#limits.maxQueuedBytes} bytes were waiting`;
    this.drop(1008, 'Too slow: messages pile up', reason);
  }

  #listenFor({ timeoutMs, code }: Heartbeat): Patience {
    return new Patience(timeoutMs, () => {
      this.drop(code, 'Heartbeat failed', `nothing was heard for ${timeoutMs} ms`);
    });
  }

  #ping({ intervalMs }: Heartbeat): NodeJS.Timeout {
    return setInterval(() => {
      this.#webSocket.ping();
    }, intervalMs).unref();
  }

  /** Waits for nothing any more. */
  #rest(): void {
    clearInterval(this.#pings);
    this.#silence.stop();
    this.#message?.stop();
    this.#socket.off('data', this.#onData);
  }

  readonly #onData = (): void => {
    this.#silence.again();
    if (this.#isNew) return;
    if (!this.#webSocket.isMidMessage) {
      this.#message?.stop();
      this.#message = undefined;
    } else {
      const { messageMs } = this.#limits;
      this.#message ??= new Patience(messageMs, () => {
        this.drop(1008, 'A message was not completed', `a message was not complete after ${messageMs} ms`);
      });
    }
  };

  readonly #onMessage = (data: Buffer, isBinary: boolean): void => {
    if (!this.#open) return;
    this.#figures.received += 1;
    this.#figures.receivedBytes += data.length;
    if (this.#isNew) this.#introduce();
    // The client may be sending the next one already.
    else this.#message?.again();
    if (isBinary) {
      this.#listener?.binary();
      return;
    }
    const text = data.toString();
    if (text.length > this.#limits.maxTextLength) this.close(1009, 'Message too long');
    else this.#listener?.text(text);
  };

  readonly #onClose = (code: number, reason: Buffer): void => {
    this.#open = false;
    this.#end(reason.length > 0 ? `${code} ${reason.toString()}` : String(code), code);
  };

  #introduce(): void {
    this.#isNew = false;
    this.#message?.stop();
    this.#message = undefined;
    this.#introduced();
  }

  #end(reason: string, code?: number): void {
    this.#rest();
    const listener = this.#listener;
    this.#listener = undefined;
    this.#gone(reason);
    listener?.closed(reason, code);
  }
}

/** A class of its own, so that a connection without an observer pays nothing for it. */
export class ObservedConnection extends Connection {
  readonly #observer: ConnectionObserver;

  constructor(wire: Wire, limits: ConnectionLimits, observer: ConnectionObserver) {
    super(wire, limits);
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
