import { WebSocket, WebSocketServer } from 'ws';
import { isMidMessage } from '../../mid-message.js';
import type { Account } from './account.js';
import { Slices } from './slices.js';
import { onWsClientError } from '../raw-answer.js';

/** How long a client has for the closing handshake, in ms. */
const closeTimeout = 10_000;

/** A message of a client, as the ws library hands it over. */
interface Message {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** Tells a client, in the form of its protocol, that its budget is spent, and closes the connection. `serve` hands the message over. */
type Refuse = (message: Message, serve: () => void) => void;

/**
 * The WebSocket of all doors. It counts what the client sends against the client's account, and serves a burst in slices. A listener for
 * `message` gets what may be served, in order.
 */
export class GateSocket extends WebSocket {
  #account: Account | undefined;
  #slices: Slices<Message> | undefined;

  /**
   * Called by the door, before anything was received.
   * @param isLate whether a listener for `message` only begins to serve it, as in `SlicesOptions`
   */
  admit(account: Account, refuse: Refuse, isLate = false): void {
    this.#account = account;
    const serve = ({ data, isBinary }: Message): void => {
      super.emit('message', data, isBinary);
    };
    this.#slices = new Slices<Message>({
      account,
      serve,
      isLate,
      refuse: (message) => {
        refuse(message, () => {
          serve(message);
        });
      },
      onWait: () => {
        this.pause();
      },
      onGoOn: () => {
        this.resume();
      },
    });
  }

  /** Whether the client has begun a message that is not complete. */
  get isMidMessage(): boolean {
    return isMidMessage(this);
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'message' && this.#slices) {
      const [data, isBinary] = args as [Buffer, boolean];
      this.#slices.add({ data, isBinary }, data.length);
      return true;
    }
    if (event === 'ping' && this.#account?.take((args[0] as Buffer).length) === false) {
      this.#slices?.end();
      this.terminate();
    }
    // What the client sent before it closed is served first.
    if (event === 'close' && this.#slices?.isWaiting) {
      this.#slices.whenDone(() => super.emit('close', ...args));
      return true;
    }
    return super.emit(event, ...args);
  }
}

/** For all WebSockets of the server. The server of the library listens nowhere: it is handed upgrades. The types of ws lack `closeTimeout`. */
export const gateSocketOptions = {
  noServer: true,
  perMessageDeflate: false,
  closeTimeout,
  WebSocket: GateSocket,
} as const;

/** @param maxPayload bytes of one message; a longer one closes the connection with 1009 */
export function newWebSocketServer(maxPayload: number) {
  return new WebSocketServer({ ...gateSocketOptions, clientTracking: true, maxPayload }).on(
    'wsClientError',
    onWsClientError,
  );
}

export type GateSocketServer = ReturnType<typeof newWebSocketServer>;
