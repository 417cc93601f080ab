import type { ConnectionStatistics } from './statistics.js';

/** Readings without a packet after which the packets have ceased. */
const stillReadings = 3;

export interface FlowOwner {
  /** Of which way the packets matter. */
  readonly side: 'sent' | 'received';
  /** Whether there are to be packets: all may be muted. */
  readonly expectsPackets: () => boolean;
  /** Packets are there from now on, or no more. */
  readonly flowing: (flows: boolean) => void;
}

/** Whether the packets of one media connection come, as its statistics show. */
export class Flow {
  readonly #owner: FlowOwner;
  #flows = false;
  #packets = 0;
  #still = 0;

  constructor(owner: FlowOwner) {
    this.#owner = owner;
  }

  get flows(): boolean {
    return this.#flows;
  }

  take(statistics: ConnectionStatistics): void {
    if (statistics.state !== 'connected') {
      this.interrupted();
      return;
    }
    const { audioPackets, videoPackets } = statistics[this.#owner.side];
    const packets = audioPackets + videoPackets;
    const came = packets > this.#packets;
    this.#packets = packets;
    this.#still = came || !this.#owner.expectsPackets() ? 0 : this.#still + 1;
    if (this.#still === 0) this.#set(true);
    else if (this.#still >= stillReadings) this.#set(false);
  }

  /** The connection is down. */
  interrupted(): void {
    this.#still = stillReadings;
    this.#set(false);
  }

  #set(flows: boolean): void {
    if (flows === this.#flows) return;
    this.#flows = flows;
    this.#owner.flowing(flows);
  }
}
