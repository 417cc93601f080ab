import type { Transport, TransportListener, Transports } from './transport.js';

/** For tests: transports of which a share of the RTP packets gets lost, those that come and those that go. */
export class LossyTransports implements Transports {
  readonly #inner: Transports;
  readonly #share: number;
  /** A generator of its own: each run loses in the same rhythm. */
  #state = 1;

  /** @param share 0 to 1 */
  constructor(inner: Transports, share: number) {
    this.#inner = inner;
    this.#share = share;
  }

  get count(): number {
    return this.#inner.count;
  }

  get limit(): number {
    return this.#inner.limit;
  }

  open(listener: TransportListener): Transport {
    const transport = this.#inner.open({
      rtp: (packet) => {
        if (!this.#loses()) listener.rtp(packet);
      },
      rtcp: (packet) => {
        listener.rtcp(packet);
      },
      stateChanged: (state) => {
        listener.stateChanged(state);
      },
      candidateFound: (candidate) => {
        listener.candidateFound(candidate);
      },
      gathered: () => {
        listener.gathered();
      },
    });
    const sendRtp = transport.sendRtp.bind(transport);
    // Whoever sends is told that it left, as with a network that loses it.
    transport.sendRtp = (packet) => this.#loses() || sendRtp(packet);
    return transport;
  }

  shutDown(): void {
    this.#inner.shutDown();
  }

  #loses(): boolean {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32 < this.#share;
  }
}
