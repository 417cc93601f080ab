import { OriginalRoom, type OriginalRoomOptions } from './room.js';
import type { OriginalStream, StreamOptions } from './stream.js';

type Callback<T> = (error: unknown, value?: T) => void;

/** The server as the original browser library shows it to pages. One room for each connection. */
export class Kurento {
  readonly #url: string;
  #room: OriginalRoom | undefined;
  #rpcParams: Readonly<Record<string, unknown>> = {};

  constructor(url: string) {
    this.#url = url;
  }

  /** Makes the room. Its `connect` joins. */
  readonly Room = (options: OriginalRoomOptions): OriginalRoom => {
    this.#room = new OriginalRoom(options, {
      url: this.#url,
      rpcParams: () => this.#rpcParams,
    });
    return this.#room;
  };

  /** A stream of our own. */
  readonly Stream = (room: OriginalRoom, options: StreamOptions): OriginalStream => room.localStream(options);

  /** Rejects when the server cannot be reached. */
  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(this.#url);
      socket.onopen = () => {
        // The room has a connection of its own, and that one tells it everything from here on.
        socket.close(1000);
        resolve();
      };
      socket.onerror = () => {
        reject(new Error(`The server at ${this.#url} cannot be reached`));
      };
    });
  }

  /** `forced`: after an eviction. */
  close(forced?: boolean): void {
    this.#room?.leave(forced);
    this.#room = undefined;
  }

  disconnectParticipant(stream: OriginalStream): void {
    this.#room?.disconnect(stream);
  }

  sendMessage(_room: string, _user: string, message: string): void {
    this.#room?.say(message).catch((error: unknown) => {
      this.#room?.emitEvent('error-room', [{ error }]);
    });
  }

  sendCustomRequest(params: Readonly<Record<string, unknown>>, callback?: Callback<unknown>): void {
    this.#answer(this.#room?.customRequest(params), callback);
  }

  setRpcParams(params: Readonly<Record<string, unknown>> | null): void {
    this.#rpcParams = params ?? {};
    this.#room?.setRpcParams(this.#rpcParams);
  }

  sendRequest(
    method: string,
    params: Readonly<Record<string, unknown>> | Callback<unknown> | undefined,
    callback?: Callback<unknown>,
  ): void {
    const [given, then] = typeof params === 'function' ? [{}, params] : [params ?? {}, callback];
    this.#answer(this.#room?.request(method, given), then);
  }

  #answer(answered: Promise<unknown> | undefined, callback: Callback<unknown> = () => undefined): void {
    if (!answered) {
      callback(new Error('There is no room: make one first'));
      return;
    }
    answered.then((result) => {
      callback(null, result);
    }, callback);
  }
}

type Opened = (error: unknown, kurento?: Kurento) => void;

/** The global of the original's browser library; works with and without `new`. */
export const KurentoRoom = function (url: string, callback: Opened): Kurento {
  const kurento = new Kurento(url);
  kurento.open().then(() => {
    callback(null, kurento);
  }, callback);
  return kurento;
} as unknown as { (url: string, callback: Opened): Kurento; new (url: string, callback: Opened): Kurento };

Object.assign(globalThis, { KurentoRoom });
