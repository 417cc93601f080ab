import type { EventFields } from './media-object.js';
import { complex } from './media-object.js';
import type { CandidatePair, TransportState } from '../transport/transport.js';

type IceState = 'DISCONNECTED' | 'GATHERING' | 'CONNECTING' | 'CONNECTED' | 'READY' | 'FAILED';
type DtlsState = 'NEW' | 'CONNECTING' | 'CONNECTED' | 'CLOSED' | 'FAILED';

/** A Kurento Media Server has one part that encrypts and one that decrypts, and reports the state of each. */
const dtlsParts = ['[bundle/dtlssrtpenc]', '[bundle/dtlssrtpdec]'];

/**
 * The states of one endpoint's transport in Kurento's terms, and their events
 * (docs/protocols/kurento-media.md#75-events).
 */
export class ConnectionStates {
  readonly #raise: (event: string, fields: EventFields) => void;
  readonly #pair: () => CandidatePair | undefined;
  #ice: IceState = 'DISCONNECTED';
  #dtls: DtlsState = 'NEW';
  #connection: 'CONNECTED' | 'DISCONNECTED' = 'DISCONNECTED';

  constructor(raise: (event: string, fields: EventFields) => void, pair: () => CandidatePair | undefined) {
    this.#raise = raise;
    this.#pair = pair;
  }

  get connection(): 'CONNECTED' | 'DISCONNECTED' {
    return this.#connection;
  }

  gathering(): void {
    if (this.#ice === 'DISCONNECTED') this.#becomeIce('GATHERING');
  }

  changed(state: TransportState): void {
    switch (state) {
      case 'checking':
        this.#becomeIce('CONNECTING');
        return;
      case 'reachable':
        this.#becomeIce('CONNECTED');
        this.#selected();
        this.#becomeIce('READY');
        this.#becomeDtls('CONNECTING');
        this.#becomeConnection('CONNECTED');
        return;
      case 'connected':
        this.#becomeDtls('CONNECTED');
        this.#becomeConnection('CONNECTED');
        return;
      case 'disconnected':
      case 'closed':
        if (this.#dtls !== 'FAILED') this.#becomeDtls('CLOSED');
        this.#becomeConnection('DISCONNECTED');
        return;
      case 'failed':
        // ICE has found a path, so it was the DTLS handshake that failed.
        if (this.#dtls === 'CONNECTING') this.#becomeDtls('FAILED');
        else this.#becomeIce('FAILED');
        this.#becomeConnection('DISCONNECTED');
        return;
      default:
        state satisfies never;
    }
  }

  iceConnections(): unknown[] {
    if (this.#ice === 'DISCONNECTED') return [];
    return [complex('IceConnection', { streamId: '1', componentId: 1, state: this.#ice })];
  }

  dtlsConnections(): unknown[] {
    if (this.#dtls === 'NEW') return [];
    return dtlsParts.map((componentId) =>
      complex('DtlsConnection', { streamId: '1', componentId, connectionId: 'bundle', state: this.#dtls }),
    );
  }

  candidatePairs(): unknown[] {
    const pair = this.#pair();
    return pair ? [candidatePair(pair)] : [];
  }

  #becomeIce(state: IceState): void {
    if (this.#ice === state) return;
    this.#ice = state;
    this.#raise('IceComponentStateChanged', { streamId: 1, componentId: 1, state });
  }

  #becomeDtls(state: DtlsState): void {
    if (this.#dtls === state) return;
    this.#dtls = state;
    for (const componentId of dtlsParts) {
      this.#raise('DtlsConnectionStateChange', { streamId: '1', componentId, connectionId: 'bundle', state });
    }
  }

  #becomeConnection(state: 'CONNECTED' | 'DISCONNECTED'): void {
    if (this.#connection === state) return;
    const oldState = this.#connection;
    this.#connection = state;
    this.#raise('ConnectionStateChanged', { oldState, newState: state });
  }

  #selected(): void {
    const pair = this.#pair();
    if (pair) this.#raise('NewCandidatePairSelected', { candidatePair: candidatePair(pair) });
  }
}

function candidatePair({ local, remote }: CandidatePair): unknown {
  return complex('IceCandidatePair', {
    streamId: '1',
    componentId: 1,
    localCandidate: local,
    remoteCandidate: remote,
  });
}
