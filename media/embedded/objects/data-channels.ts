import { randomUUID } from 'node:crypto';
import type { ChannelOptions, DataChannel } from '../transport/transport.js';

/** Bytes that may wait for one channel. A channel with a slower reader is closed. */
const mostWaiting = 1_048_576;
/** Messages that may wait for one channel while it is being opened. */
const mostHeld = 64;
/** Bytes that may wait for all channels of an endpoint that are being opened. */
const mostHeldBytes = 1_048_576;

/** Where a message came from. It is relayed to the channel with the same label. */
export type DataPath = Pick<DataChannel, 'label' | 'protocol'>;

export interface DataChannelsOptions {
  /** Returns false when no channel can be opened. */
  readonly open: (options: ChannelOptions) => boolean;
  readonly opened: (channel: DataChannel) => void;
  readonly closed: (channel: DataChannel) => void;
}

export interface DataCounters {
  /** The id of its statistics. */
  readonly id: string;
  readonly channel: DataChannel;
  messagesSent: number;
  bytesSent: number;
  messagesReceived: number;
  bytesReceived: number;
}

/**
 * The data channels of one endpoint. A message goes over the channel with its label, which is opened if there is
 * none.
 */
export class DataChannels {
  readonly #options: DataChannelsOptions;
  readonly #open = new Map<DataChannel, DataCounters>();
  /** Messages that wait for a channel that is being opened, by its label. */
  readonly #held = new Map<string, (string | Buffer)[]>();
  #heldBytes = 0;

  constructor(options: DataChannelsOptions) {
    this.#options = options;
  }

  get all(): readonly DataCounters[] {
    return [...this.#open.values()];
  }

  find(id: number): DataChannel | undefined {
    return this.all.find(({ channel }) => channel.id === id)?.channel;
  }

  opened(channel: DataChannel): void {
    const counters = { messagesSent: 0, bytesSent: 0, messagesReceived: 0, bytesReceived: 0 };
    this.#open.set(channel, { id: randomUUID(), channel, ...counters });
    this.#options.opened(channel);
    for (const message of this.#letGo(channel.label)) this.#sendOver(channel, message);
  }

  /** A channel that never opened may close too. Its waiting messages are lost, and the next message opens another. */
  closed(channel: DataChannel): void {
    if (this.#open.delete(channel)) this.#options.closed(channel);
    else this.#letGo(channel.label);
  }

  arrived(channel: DataChannel, message: string | Buffer): void {
    const counters = this.#open.get(channel);
    if (!counters) return;
    counters.messagesReceived += 1;
    counters.bytesReceived += Buffer.byteLength(message);
  }

  send({ label, protocol }: DataPath, message: string | Buffer): void {
    const channel = this.all.find((each) => each.channel.label === label)?.channel;
    if (channel) {
      this.#sendOver(channel, message);
      return;
    }
    const isOpening = this.#held.has(label);
    // Held first: the channel may open during the call of `open`.
    this.#hold(label, message);
    if (!isOpening && !this.#options.open({ label, protocol })) this.#letGo(label);
  }

  #hold(label: string, message: string | Buffer): void {
    const held = this.#held.get(label) ?? [];
    this.#held.set(label, held);
    const size = Buffer.byteLength(message);
    if (held.length >= mostHeld || this.#heldBytes + size > mostHeldBytes) return;
    this.#heldBytes += size;
    held.push(message);
  }

  #letGo(label: string): readonly (string | Buffer)[] {
    const held = this.#held.get(label) ?? [];
    this.#held.delete(label);
    for (const message of held) this.#heldBytes -= Buffer.byteLength(message);
    return held;
  }

  #sendOver(channel: DataChannel, message: string | Buffer): void {
    const counters = this.#open.get(channel);
    if (!counters) return;
    const size = Buffer.byteLength(message);
    if (channel.waiting + size > mostWaiting) {
      // An ordered channel cannot skip a message. It is closed, so that both sides know that something is lost.
      channel.close();
      this.closed(channel);
      return;
    }
    if (!channel.send(message)) return;
    counters.messagesSent += 1;
    counters.bytesSent += size;
  }
}
