import type { Agreement, AgreedTransport } from '../sdp/agreement.js';
import type { LocalDescription } from '../sdp/description.js';
import type { Reachable } from '../sdp/sdp-exchange.js';
import type { ChannelOptions, Reach, Transport } from '../transport/transport.js';
import { NoCapacity } from '../transport/transport.js';
import type { IceCandidate } from './parameters.js';

/** Remote candidates that are kept before the negotiation; a browser sends about ten. */
const mostHeld = 100;

/** The transport could not be set up with a description. */
export class TransportRefused extends Error {
  override readonly name = 'TransportRefused';
}

export interface EndpointTransportsOptions {
  /** `place`: of the transport, among those of the endpoint. @throws NoCapacity */
  readonly open: (place: number) => Transport;
  /** Asked when the negotiation begins. */
  readonly reach: () => Reach;
  /** Called with what a transport threw. */
  readonly refused: (error: unknown) => void;
}

/**
 * The transports of one endpoint, during its negotiation and after. They are opened and closed here alone. There is one,
 * and more when the other side offers sections that share none. When one of them refuses a description, a new one
 * replaces them all, so that the client may try again.
 */
export class EndpointTransports implements Reachable {
  readonly #options: EndpointTransportsOptions;
  #all: readonly Transport[];
  #agreement: Agreement | undefined;
  /** Remote candidates that came before the negotiation. */
  #held: readonly IceCandidate[] = [];

  /** @throws NoCapacity */
  constructor(options: EndpointTransportsOptions) {
    this.#options = options;
    this.#all = [options.open(0)];
  }

  /** In the order of the agreement. They stay the same after `begin`. */
  get all(): readonly Transport[] {
    return this.#all;
  }

  /** @throws TransportRefused or NoCapacity */
  answer(agreed: readonly AgreedTransport[]): LocalDescription[] {
    this.#open(agreed.length);
    const reach = this.#options.reach();
    return this.#orRenew(() =>
      this.#all.flatMap((transport, place) => {
        const { remote, data } = agreed[place] ?? {};
        return remote ? transport.answer(remote, reach, data) : [];
      }),
    );
  }

  /** @throws TransportRefused or NoCapacity */
  offer(data: boolean): LocalDescription {
    return this.#orRenew(() => this.#first.offer(this.#options.reach(), data));
  }

  /** The transport stays: it has made an offer, and another answer to it may fit. @throws TransportRefused */
  accept({ remote, data }: AgreedTransport): void {
    try {
      this.#first.accept(remote, data);
    } catch (error) {
      throw new TransportRefused('The answer cannot be processed', { cause: error });
    }
  }

  /** The former paths go on until the new ones are connected, or if these cannot be made. @throws TransportRefused or NoCapacity */
  restart(agreed: readonly AgreedTransport[]): LocalDescription[] {
    const reach = this.#options.reach();
    try {
      return this.#all.flatMap((transport, place) => {
        const { remote, data } = agreed[place] ?? {};
        return remote ? transport.restart(remote, reach, data) : [];
      });
    } catch (error) {
      if (error instanceof NoCapacity) throw error;
      this.#options.refused(error);
      throw new TransportRefused('The offer cannot be processed', { cause: error });
    }
  }

  /** Both sides are described: from now on the transports can use candidates of the other side. */
  begin(agreement: Agreement): void {
    this.#agreement = agreement;
    const held = this.#held;
    this.#held = [];
    for (const candidate of held) this.addRemoteCandidate(candidate);
  }

  /** Text that is no candidate is ignored, and so is a candidate for a section that is not served. */
  addRemoteCandidate(given: IceCandidate): void {
    if (this.#agreement) this.#transportOf(given, this.#agreement)?.addRemoteCandidate(given.candidate);
    else if (this.#held.length < mostHeld) this.#held = [...this.#held, given];
  }

  /** False when no channel can be opened. */
  openChannel(options: ChannelOptions): boolean {
    const place = this.#agreement?.transports.findIndex(({ data }) => data) ?? -1;
    return this.#all[place]?.openChannel(options) ?? false;
  }

  close(): void {
    for (const transport of this.#all) transport.close();
  }

  get #first(): Transport {
    const [first] = this.#all;
    if (!first) throw new Error('an endpoint has a transport');
    return first;
  }

  /** Clients that put all media on one transport name any of their sections. */
  #transportOf({ sdpMid, sdpMLineIndex }: IceCandidate, { sections }: Agreement): Transport | undefined {
    if (this.#all.length === 1) return this.#first;
    const named = sdpMid === '' ? undefined : sections.find(({ offered }) => offered.mid === sdpMid);
    return this.#all[(named ?? sections[sdpMLineIndex])?.transport ?? -1];
  }

  /** Opens all or none of those that are missing. @throws NoCapacity */
  #open(count: number): void {
    const missing: Transport[] = [];
    try {
      while (this.#all.length + missing.length < count)
        missing.push(this.#options.open(this.#all.length + missing.length));
    } catch (error) {
      for (const transport of missing) transport.close();
      throw error;
    }
    this.#all = [...this.#all, ...missing];
  }

  #orRenew<T>(begin: () => T): T {
    try {
      return begin();
    } catch (error) {
      this.#options.refused(error);
      this.close();
      this.#all = [this.#options.open(0)];
      throw new TransportRefused('The description cannot be processed', { cause: error });
    }
  }
}
