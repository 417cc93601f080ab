import type { Socket } from 'socket.io';
import { SocketIoClient } from '../../transport/socket-io/client.js';
import type { Push } from './messages.js';
import type { PushText } from './push-text.js';

/** Acknowledgements that may be outstanding for messages with bytes. From a client that sends none, no more are asked for. */
const maxOutstanding = 10_000;

export interface OutletLimits {
  /** Bytes that may wait for a slow reader before it is dropped. */
  readonly maxQueuedBytes: number;
  /** One incoming packet. */
  readonly maxPacketBytes: number;
}

/** The way to one client: puts what it is told into the envelope of the protocol (EasyRTC §3). */
export class Outlet {
  readonly #client: SocketIoClient;
  readonly #textOf: PushText;
  #outstanding = 0;

  /** @param onDropped called when the client is dropped for what it sends or does not read; never from inside `send` */
  constructor(
    socket: Socket,
    textOf: PushText,
    { maxQueuedBytes, maxPacketBytes }: OutletLimits,
    onDropped: (why: string) => void,
  ) {
    this.#textOf = textOf;
    const drop = (why: string): void => {
      onDropped(why);
      this.#client.cut();
    };
    this.#client = new SocketIoClient(socket, {
      maxWaitingBytes: maxQueuedBytes,
      onOverrun: () => {
        drop('it reads too slowly');
      },
      maxPacketBytes,
      onTooLong: () => {
        drop('its packet is too long');
      },
    });
  }

  get open(): boolean {
    return this.#client.isOpen;
  }

  /** Whether the client has ever sent bytes: then what comes from it may hold some. */
  get hasBytes(): boolean {
    return this.#client.sendsBytes;
  }

  /** @throws RangeError when the data is nested too deeply to be written */
  send(event: 'easyrtcCmd' | 'easyrtcMsg', easyrtcid: string, serverTime: number, push: Push): void {
    if (!this.open) return;
    this.#client.emitJson(event, `{"easyrtcid":"${easyrtcid}","serverTime":${serverTime},${this.#textOf(push)}`);
  }

  /** Like `send`, for what may hold bytes: socket.io sends those in packets of their own. */
  sendBytes(event: 'easyrtcCmd' | 'easyrtcMsg', easyrtcid: string, serverTime: number, push: Push): void {
    if (!this.open) return;
    const packet = { easyrtcid, ...push, serverTime };
    if (this.#outstanding >= maxOutstanding) {
      this.#client.emit(event, packet);
      return;
    }
    this.#outstanding += 1;
    this.#client.emit(event, packet, this.#acknowledged);
  }

  /** Ends the connection; what was sent goes out before. */
  close(): void {
    this.#client.end();
  }

  readonly #acknowledged = (): void => {
    this.#outstanding -= 1;
  };
}
