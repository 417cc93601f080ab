import type { DataChannel, PeerConnection } from 'node-datachannel';
import type { Log } from '../../../log.js';
import { thrown } from '../log.js';
import { guarded } from './guarded.js';
import { NativeChannel } from './native-channel.js';
import type { ChannelOptions, TransportListener } from './transport.js';

/** The highest stream both sides have (RFC 8831 §6.2), so that it is in nobody's way. */
const reservedStream = 1023;

/** The data channels of one connection of the library. As with the rest: it must not lose one before it has said that it is closed. */
export class NativeChannels {
  readonly #log: Log;
  readonly #listener: TransportListener;
  readonly #ended: () => boolean;
  readonly #channels = new Set<NativeChannel>();

  /** @param ended True once the transport is closed, after which nobody is told anything. */
  constructor(log: Log, listener: TransportListener, ended: () => boolean) {
    this.#log = log;
    this.#listener = listener;
    this.#ended = ended;
  }

  open(connection: PeerConnection, options: ChannelOptions): boolean {
    const { label, protocol, ordered, maxPacketLifeTime, maxRetransmits } = options;
    try {
      const channel = connection.createDataChannel(label, {
        ...(protocol !== undefined && { protocol }),
        ...(ordered === false && { unordered: true }),
        ...(maxPacketLifeTime !== undefined && { maxPacketLifeTime }),
        ...(maxRetransmits !== undefined && { maxRetransmits }),
      });
      this.add(channel);
      return true;
    } catch (error) {
      this.#log.debug('the media library opened no data channel', thrown(error));
      return false;
    }
  }

  /** The library offers data only when it has a channel: this one is agreed beforehand, so nobody hears of it. */
  reserve(connection: PeerConnection): void {
    const native = connection.createDataChannel('', { negotiated: true, id: reservedStream });
    this.#keep(native, () => undefined);
  }

  add(native: DataChannel): void {
    let isOpen = false;
    const channel = this.#keep(native, (closing) => {
      if (!this.#ended()) this.#listener.channelClosed(closing);
    });
    const opened = this.#guarded(() => {
      if (isOpen) return;
      isOpen = true;
      channel.opened();
      this.#listener.channelOpened(channel);
    });
    native.onOpen(opened);
    native.onMessage(
      this.#guarded((message: string | Buffer | ArrayBuffer) => {
        const bytes = message instanceof ArrayBuffer ? Buffer.from(message) : message;
        this.#listener.messageArrived(channel, bytes);
      }),
    );
    // One that the other side opened may be open by now, and will not say so.
    if (native.isOpen()) opened();
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
  }

  #keep(native: DataChannel, closed: (channel: NativeChannel) => void): NativeChannel {
    const channel = new NativeChannel(native);
    this.#channels.add(channel);
    native.onClosed(
      guarded(this.#log, () => {
        this.#channels.delete(channel);
        closed(channel);
        channel.close();
      }),
    );
    return channel;
  }

  #guarded<A extends readonly unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return guarded(this.#log, (...args: A) => {
      if (!this.#ended()) callback(...args);
    });
  }
}
