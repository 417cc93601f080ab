import { randomUUID } from 'node:crypto';
import type { ChannelOptions, DataChannel } from '../transport/transport.js';

/** Bytes that may wait for one channel; its reader is then so far behind that the channel is closed. */
const mostWaiting = 1_048_576;
/** Messages that are kept for a channel while it is being opened. */
const mostHeld = 64;
/** Bytes that are kept for all channels that are being opened. */
const mostHeldBytes = 1_048_576;

/** What is relayed of a message besides its content: channels of the same label belong together. */
export type DataPath = Pick<DataChannel, 'label' | 'protocol'>;

export interface DataChannelsOptions {
  /** False when none can be opened. */
  readonly open: (options: ChannelOptions) => boolean;
  readonly opened: (channel: DataChannel) => void;
  readonly closed: (channel: DataChannel) => void;
}

export interface DataCounters {
  /** Of its statistics. */
  readonly id: string;
  readonly channel: DataChannel;
  messagesSent: number;
  bytesSent: number;
  messagesReceived: number;
  bytesReceived: number;
}

/** The data channels of one endpoint. What is sent to it goes over the channel of that label, which is opened when there is none. */
export class DataChannels {
  readonly #options: DataChannelsOptions;
  readonly #open = new Map<DataChannel, DataCounters>();
  /** By label: what waits for a channel that is being opened. */
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

  /** Also of one that never opened: what waited for it is lost, and the next message has another one opened. */
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
    // Before it is opened: that may be at once.
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
      // An ordered channel cannot leave something out, so it ends, and both sides know it.
      channel.close();
      this.closed(channel);
      return;
    }
    if (!channel.send(message)) return;
    counters.messagesSent += 1;
    counters.bytesSent += size;
  }
}
