import type { AgreedData } from '../sdp/agreement.js';
import type { LocalDescription, RemoteDescription } from '../sdp/description.js';
import type { Reachable } from '../sdp/sdp-exchange.js';
import type { Reach, Transport } from '../transport/transport.js';

/** Remote candidates that are kept before the negotiation; a browser sends about ten. */
const mostHeld = 100;

/** The transport could not be set up with a description. */
export class TransportRefused extends Error {
  override readonly name = 'TransportRefused';
}

export interface EndpointTransportOptions {
  /** @throws NoCapacity */
  readonly open: () => Transport;
  /** Asked when the negotiation begins. */
  readonly reach: () => Reach;
  /** Called with what the transport threw. */
  readonly refused: (error: unknown) => void;
}

/**
 * The transport of one endpoint, during its negotiation and after. A transport that refuses a description is replaced
 * by a new one, so that the client may try again.
 */
export class EndpointTransport implements Reachable {
  readonly #options: EndpointTransportOptions;
  #current: Transport;
  /** Remote candidates that came before the negotiation; undefined after it. */
  #held: string[] | undefined = [];

  /** @throws NoCapacity */
  constructor(options: EndpointTransportOptions) {
    this.#options = options;
    this.#current = options.open();
  }

  /** Stays the same after `begin`. */
  get current(): Transport {
    return this.#current;
  }

  /** @throws TransportRefused */
  answer(remote: RemoteDescription, data: AgreedData | undefined): LocalDescription {
    return this.#orRenew(() => this.#current.answer(remote, this.#options.reach(), data));
  }

  /** @throws TransportRefused */
  offer(data: boolean): LocalDescription {
    return this.#orRenew(() => this.#current.offer(this.#options.reach(), data));
  }

  /** The transport stays: it has made an offer, and another answer to it may fit. @throws TransportRefused */
  accept(remote: RemoteDescription, data: AgreedData | undefined): void {
    try {
      this.#current.accept(remote, data);
    } catch (error) {
      throw new TransportRefused('The answer cannot be processed', { cause: error });
    }
  }

  /** Both sides are described: from now on the transport can use candidates of the other side. */
  begin(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const candidate of held) this.#current.addRemoteCandidate(candidate);
  }

  /** Text that is no candidate is ignored. */
  addRemoteCandidate(candidate: string): void {
    if (!this.#held) this.#current.addRemoteCandidate(candidate);
    else if (this.#held.length < mostHeld) this.#held.push(candidate);
  }

  close(): void {
    this.#current.close();
  }

  #orRenew(begin: () => LocalDescription): LocalDescription {
    try {
      return begin();
    } catch (error) {
      this.#options.refused(error);
      this.#current.close();
      this.#current = this.#options.open();
      throw new TransportRefused('The description cannot be processed', { cause: error });
    }
  }
}
