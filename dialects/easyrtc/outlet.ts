import type { Socket } from 'socket.io';
import type { Account } from '../../transport/gate/account.js';
import type { DoorFigures } from '../../transport/door-figures.js';
import { SocketIoClient } from '../../transport/socket-io/client.js';
import type { Push } from './messages.js';
import type { PushText } from './push-text.js';

/** How many acknowledgements of messages with bytes may be outstanding. Beyond that the server asks for no more. */
const maxOutstanding = 10_000;

export interface OutletLimits {
  /** Bytes that may wait for a slow client before it is dropped. */
  readonly maxQueuedBytes: number;
  /** The longest incoming packet. */
  readonly maxPacketBytes: number;
}

/** Sends to one client, in the envelope of the protocol (docs/protocols/easyrtc.md#3-envelopes). */
export class Outlet {
  readonly #client: SocketIoClient;
  readonly #textOf: PushText;
  #outstanding = 0;

  /** @param onDropped called when the client is dropped because it exceeds a limit; never during `send` */
  constructor(
    socket: Socket,
    textOf: PushText,
    figures: DoorFigures,
    { maxQueuedBytes, maxPacketBytes }: OutletLimits,
    onDropped: (why: string) => void,
  ) {
    this.#textOf = textOf;
    const drop = (why: string): void => {
      onDropped(why);
      this.#client.cut();
    };
    this.#client = new SocketIoClient(socket, {
      figures,
      maxWaitingBytes: maxQueuedBytes,
      onOverrun: () => {
        figures.slowReaders += 1;
        drop('it reads too slowly');
      },
      maxPacketBytes,
      onTooLong: () => {
        drop('its packet is too long');
      },
    });
  }

  /** Whether the client has spent its budget: its present request is to be refused. */
  get isOverBudget(): boolean {
    return this.#client.isOverBudget;
  }

  get account(): Account | undefined {
    return this.#client.account;
  }

  get open(): boolean {
    return this.#client.isOpen;
  }

  /** Whether the client has ever sent bytes. If so, any of its messages may hold some. */
  get hasBytes(): boolean {
    return this.#client.sendsBytes;
  }

  /** @throws RangeError when the data is nested too deeply to be encoded */
  send(event: 'easyrtcCmd' | 'easyrtcMsg', easyrtcid: string, serverTime: number, push: Push): void {
    if (!this.open) return;
    this.#client.emitJson(event, `{"easyrtcid":"${easyrtcid}","serverTime":${serverTime},${this.#textOf(push)}`);
  }

  /** Like `send`, for messages that may hold bytes, which socket.io sends in separate packets. */
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

  /** Ends the connection after all that was sent before. */
  close(): void {
    this.#client.end();
  }

  readonly #acknowledged = (): void => {
    this.#outstanding -= 1;
  };
}
