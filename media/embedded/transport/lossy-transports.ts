import type { Transport, TransportListener, Transports } from './transport.js';

/** For tests: transports that lose a share of the RTP packets, of those that come and of those that go. */
export class LossyTransports implements Transports {
  readonly #inner: Transports;
  readonly #share: number;
  /** State of a pseudo-random generator: each run loses the same packets. */
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
      channelOpened: (channel) => {
        listener.channelOpened(channel);
      },
      channelClosed: (channel) => {
        listener.channelClosed(channel);
      },
      messageArrived: (channel, message) => {
        listener.messageArrived(channel, message);
      },
      failed: (error) => {
        listener.failed(error);
      },
    });
    const sendRtp = transport.sendRtp.bind(transport);
    // True for a lost packet too: a network does not tell the sender that it lost one.
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
