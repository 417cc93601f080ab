import type { DataChannel as NativeDataChannel } from 'node-datachannel';
import type { DataChannel } from './transport.js';

/** A data channel of the library. The library throws; this class never does. */
export class NativeChannel implements DataChannel {
  readonly label: string;
  readonly protocol: string;
  readonly #native: NativeDataChannel;
  #id = -1;
  #closed = false;

  constructor(native: NativeDataChannel) {
    this.#native = native;
    this.label = native.getLabel();
    this.protocol = native.getProtocol();
  }

  /** -1 until it is open. */
  get id(): number {
    return this.#id;
  }

  get waiting(): number {
    try {
      return this.#closed ? 0 : this.#native.bufferedAmount();
    } catch {
      return 0;
    }
  }

  send(message: string | Buffer): boolean {
    if (this.#closed || this.#id === -1) return false;
    try {
      // It returns false when the message waits to be sent, which is no failure.
      if (typeof message === 'string') this.#native.sendMessage(message);
      else this.#native.sendMessageBinary(message);
      return true;
    } catch {
      // The message is longer than the other side takes, or the channel is closing.
      return false;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#native.close();
  }

  opened(): void {
    this.#id = this.#native.getId();
  }
}
