import type { Agreement } from '../sdp/agreement.js';
import type { CandidatePair, TransportState } from '../transport/transport.js';
import type { EventFields } from './media-object.js';
import { TransportStates } from './transport-states.js';

/** The states of one endpoint's transports in Kurento's terms. The endpoint is connected when all of them are. */
export class ConnectionStates {
  readonly #raise: (event: string, fields: EventFields) => void;
  readonly #isHeard: (event: string) => boolean;
  readonly #pairOf: (transport: number) => CandidatePair | undefined;
  #transports: readonly TransportStates[];
  readonly #silent = new Set<number>();
  #gathering = false;
  #connection: 'CONNECTED' | 'DISCONNECTED' = 'DISCONNECTED';

  /** `pairOf`: of the transport in this place. */
  constructor(
    raise: (event: string, fields: EventFields) => void,
    isHeard: (event: string) => boolean,
    pairOf: (transport: number) => CandidatePair | undefined,
  ) {
    this.#raise = raise;
    this.#isHeard = isHeard;
    this.#pairOf = pairOf;
    this.#transports = [this.#newTransport(0)];
  }

  get connection(): 'CONNECTED' | 'DISCONNECTED' {
    return this.#connection;
  }

  gathering(): void {
    this.#gathering = true;
    for (const transport of this.#transports) transport.gathering();
  }

  /** It is known which transports there are. */
  serve({ sections, transports }: Agreement): void {
    this.#transports = transports.map((_agreed, place) => this.#transports[place] ?? this.#newTransport(place));
    for (const [place, transport] of this.#transports.entries()) {
      const own = sections.filter((section) => section.transport === place && (section.media ?? section.data));
      if (!own.some(({ offered }) => offered.bundled)) transport.connectionId = own[0]?.offered.media ?? 'bundle';
    }
    if (this.#gathering) this.gathering();
  }

  /** `transport`: its place. */
  changed(transport: number, state: TransportState): void {
    this.#transports[transport]?.changed(state);
    this.#look();
  }

  /** Nothing is heard of the client on this transport, or something again. */
  silenceChanged(transport: number, isSilent: boolean): void {
    if (isSilent) this.#silent.add(transport);
    else this.#silent.delete(transport);
    this.#look();
  }

  iceConnections(): unknown[] {
    return this.#transports.flatMap((transport) => transport.iceConnections());
  }

  dtlsConnections(): unknown[] {
    return this.#transports.flatMap((transport) => transport.dtlsConnections());
  }

  candidatePairs(): unknown[] {
    return this.#transports.flatMap((transport) => transport.candidatePairs());
  }

  #newTransport(place: number): TransportStates {
    return new TransportStates({
      ...{ streamId: place + 1, raise: this.#raise, isHeard: this.#isHeard },
      pair: () => this.#pairOf(place),
    });
  }

  #look(): void {
    const isConnected = this.#silent.size === 0 && this.#transports.every(({ connected }) => connected);
    this.#become(isConnected ? 'CONNECTED' : 'DISCONNECTED');
  }

  #become(state: 'CONNECTED' | 'DISCONNECTED'): void {
    if (this.#connection === state) return;
    const oldState = this.#connection;
    this.#connection = state;
    this.#raise('ConnectionStateChanged', { oldState, newState: state });
  }
}
