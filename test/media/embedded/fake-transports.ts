import type { LocalDescription, RemoteDescription } from '../../../media/embedded/sdp/description.js';
import type {
  CandidatePair,
  ChannelOptions,
  Reach,
  Transport,
  TransportListener,
  Transports,
  TransportState,
} from '../../../media/embedded/transport/transport.js';
import { NoCapacity } from '../../../media/embedded/transport/transport.js';

const description = {
  ufrag: 'ufrag',
  password: 'password',
  fingerprint: { algorithm: 'sha-256', value: 'AA:BB' },
  sessionId: '1',
};

/**
 * Stands for ICE, DTLS and SRTP, which need sockets and a peer: what the engine sends is kept, what should arrive is put in by
 * the test. Everything above the transport is the real thing.
 */
export class FakeTransport implements Transport {
  readonly rtp: Buffer[] = [];
  readonly rtcp: Buffer[] = [];
  readonly remoteCandidates: string[] = [];
  readonly channels: ChannelOptions[] = [];
  readonly listener: TransportListener;
  remote: RemoteDescription | undefined;
  pair: CandidatePair | undefined;
  reach: Reach | undefined;
  closed = false;
  #connected = false;
  readonly #onClosed: () => void;

  constructor(listener: TransportListener, onClosed: () => void) {
    this.listener = listener;
    this.#onClosed = onClosed;
  }

  answer(remote: RemoteDescription, reach: Reach = {}): LocalDescription {
    this.remote = remote;
    this.reach = reach;
    return { ...description, setup: remote.setup === 'active' ? 'passive' : 'active' };
  }

  offer(reach: Reach = {}): LocalDescription {
    this.reach = reach;
    return { ...description, setup: 'actpass' };
  }

  accept(remote: RemoteDescription): void {
    this.remote = remote;
  }

  restart(remote: RemoteDescription, reach: Reach = {}): LocalDescription {
    this.remote = remote;
    this.reach = reach;
    return { ...description, ufrag: 'another', setup: 'active' };
  }

  /** The test says when it is open. */
  openChannel(options: ChannelOptions): boolean {
    this.channels.push(options);
    return this.#connected;
  }

  addRemoteCandidate(candidate: string): void {
    this.remoteCandidates.push(candidate);
  }

  /** The engine overwrites what it sent for the next receiver, so this keeps a copy. */
  sendRtp(packet: Buffer): boolean {
    if (this.#connected) this.rtp.push(Buffer.from(packet));
    return this.#connected;
  }

  sendRtcp(packet: Buffer): boolean {
    if (this.#connected) this.rtcp.push(Buffer.from(packet));
    return this.#connected;
  }

  selectedPair(): CandidatePair | undefined {
    return this.pair;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#onClosed();
  }

  become(state: TransportState): void {
    this.#connected = state === 'connected';
    this.listener.stateChanged(state);
  }
}

export class FakeTransports implements Transports {
  readonly all: FakeTransport[] = [];
  readonly limit: number;
  count = 0;

  constructor(limit = 100) {
    this.limit = limit;
  }

  open(listener: TransportListener): Transport {
    if (this.count >= this.limit) throw new NoCapacity('full');
    this.count += 1;
    const transport = new FakeTransport(listener, () => {
      this.count -= 1;
    });
    this.all.push(transport);
    return transport;
  }

  shutDown(): void {
    for (const transport of this.all) transport.close();
  }
}
