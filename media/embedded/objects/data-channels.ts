import { randomUUID } from 'node:crypto';
import type { ChannelOptions, DataChannel } from '../transport/transport.js';

/** Bytes that may wait for one channel; its reader is then so far behind that the channel is closed. */
const mostWaiting = 1_048_576;
/** Messages that are kept for a channel while it is being opened. */
const mostHeld = 64;

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
    const held = this.#held.get(channel.label) ?? [];
    this.#held.delete(channel.label);
    for (const message of held) this.#sendOver(channel, message);
  }

  closed(channel: DataChannel): void {
    if (this.#open.delete(channel)) this.#options.closed(channel);
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
    const held = this.#held.get(label);
    if (held) {
      if (held.length < mostHeld) held.push(message);
    } else {
      // Before it is opened: that may be at once.
      this.#held.set(label, [message]);
      if (!this.#options.open({ label, protocol })) this.#held.delete(label);
    }
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
