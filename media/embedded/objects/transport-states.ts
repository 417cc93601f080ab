import type { CandidatePair, TransportState } from '../transport/transport.js';
import type { EventFields } from './media-object.js';
import { complex } from './media-object.js';

type IceState = 'DISCONNECTED' | 'GATHERING' | 'CONNECTING' | 'CONNECTED' | 'READY' | 'FAILED';
type DtlsState = 'NEW' | 'CONNECTING' | 'CONNECTED' | 'CLOSED' | 'FAILED';

export interface TransportStatesOptions {
  /** From 1. */
  readonly streamId: number;
  readonly raise: (event: string, fields: EventFields) => void;
  readonly isHeard: (event: string) => boolean;
  readonly pair: () => CandidatePair | undefined;
}

/** The states of one transport in Kurento's terms, and their events (docs/protocols/kurento-media.md#75-events). */
export class TransportStates {
  /** `bundle`, or what the one section of the transport is about. */
  connectionId = 'bundle';
  readonly #options: TransportStatesOptions;
  #ice: IceState = 'DISCONNECTED';
  #dtls: DtlsState = 'NEW';
  #connected = false;

  constructor(options: TransportStatesOptions) {
    this.#options = options;
  }

  /** True from when ICE has found a path until it is lost, or closed. */
  get connected(): boolean {
    return this.#connected;
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
        this.#connected = true;
        return;
      case 'connected':
        this.#becomeDtls('CONNECTED');
        this.#connected = true;
        return;
      case 'disconnected':
      case 'closed':
        if (this.#dtls !== 'FAILED') this.#becomeDtls('CLOSED');
        this.#connected = false;
        return;
      case 'failed':
        // ICE has found a path, so it was the DTLS handshake that failed.
        if (this.#dtls === 'CONNECTING') this.#becomeDtls('FAILED');
        else this.#becomeIce('FAILED');
        this.#connected = false;
        return;
      default:
        state satisfies never;
    }
  }

  iceConnections(): unknown[] {
    if (this.#ice === 'DISCONNECTED') return [];
    return [complex('IceConnection', { streamId: this.#streamId, componentId: 1, state: this.#ice })];
  }

  dtlsConnections(): unknown[] {
    if (this.#dtls === 'NEW') return [];
    return this.#dtlsParts.map((part) => complex('DtlsConnection', { ...part, state: this.#dtls }));
  }

  candidatePairs(): unknown[] {
    const pair = this.#options.pair();
    return pair ? [this.#candidatePair(pair)] : [];
  }

  get #streamId(): string {
    return String(this.#options.streamId);
  }

  /** A Kurento Media Server has one part that encrypts and one that decrypts, and reports the state of each. */
  get #dtlsParts(): { streamId: string; componentId: string; connectionId: string }[] {
    const { connectionId } = this;
    return ['dtlssrtpenc', 'dtlssrtpdec'].map((part) => ({
      streamId: this.#streamId,
      componentId: `[${connectionId}/${part}]`,
      connectionId,
    }));
  }

  #becomeIce(state: IceState): void {
    if (this.#ice === state) return;
    this.#ice = state;
    const { raise, streamId } = this.#options;
    raise('IceComponentStateChanged', { streamId, componentId: 1, state });
  }

  #becomeDtls(state: DtlsState): void {
    if (this.#dtls === state) return;
    this.#dtls = state;
    for (const part of this.#dtlsParts) this.#options.raise('DtlsConnectionStateChange', { ...part, state });
  }

  /** To ask the library for the pair takes longer than all else that is done here. */
  #selected(): void {
    const { isHeard, pair: pairOf, raise } = this.#options;
    const pair = isHeard('NewCandidatePairSelected') ? pairOf() : undefined;
    if (pair) raise('NewCandidatePairSelected', { candidatePair: this.#candidatePair(pair) });
  }

  #candidatePair({ local, remote }: CandidatePair): unknown {
    const { streamId } = this.#options;
    return complex('IceCandidatePair', {
      streamId: String(streamId),
      componentId: 1,
      localCandidate: local,
      remoteCandidate: remote,
    });
  }
}
