import type { DataChannel, PeerConnection } from 'node-datachannel';
import type { Log } from '../../../log.js';
import { thrown } from '../log.js';
import { guarded } from './guarded.js';
import { NativeChannel } from './native-channel.js';
import type { ChannelOptions, TransportListener } from './transport.js';

/** The highest stream that both sides have (RFC 8831 §6.2): no other channel gets it. */
const reservedStream = 1023;

/** The data channels of one connection. It keeps each until the library reports it closed (see NativeTransport). */
export class NativeChannels {
  readonly #log: Log;
  readonly #listener: TransportListener;
  readonly #ended: () => boolean;
  readonly #channels = new Set<NativeChannel>();
  readonly #failed = (error: unknown): void => {
    this.#listener.failed(error);
  };

  /** @param ended True after the transport was closed. The listener is not called then. */
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

  /** The library offers data only if it has a channel. This one is pre-negotiated: the other side is not told of it. */
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
      // One that is closed already is not told any more.
      if (isOpen || !this.#channels.has(channel)) return;
      isOpen = true;
      channel.opened();
      this.#listener.channelOpened(channel);
    });
    native.onOpen(opened);
    native.onMessage(
      this.#guarded((message: string | Buffer | ArrayBuffer) => {
        // The library calls for the opening before, but Node may look at that handle later.
        opened();
        const bytes = message instanceof ArrayBuffer ? Buffer.from(message) : message;
        this.#listener.messageArrived(channel, bytes);
      }),
    );
    // A channel that the other side opened may be open already, and then emits no event.
    if (native.isOpen()) opened();
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
  }

  #keep(native: DataChannel, closed: (channel: NativeChannel) => void): NativeChannel {
    const channel = new NativeChannel(native);
    this.#channels.add(channel);
    native.onClosed(
      guarded(this.#failed, () => {
        this.#channels.delete(channel);
        closed(channel);
        channel.close();
      }),
    );
    return channel;
  }

  #guarded<A extends readonly unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return guarded(this.#failed, (...args: A) => {
      if (!this.#ended()) callback(...args);
    });
  }
}
