import type { AgreedData } from '../sdp/agreement.js';
import type { LocalDescription, RemoteDescription } from '../sdp/description.js';

/**
 * `checking` while ICE looks for a path, `reachable` when it has one, `connected` when DTLS is done and media can flow.
 * After `failed` and `closed` nothing more comes.
 */
export type TransportState = 'checking' | 'reachable' | 'connected' | 'disconnected' | 'failed' | 'closed';

/** How one endpoint is reached besides by the addresses of this machine: what was set on it (Kurento media protocol §7.3). */
export interface Reach {
  /** Tells the address that others see us under. */
  readonly stunServer?: { readonly host: string; readonly port: number } | undefined;
  /** Takes media for us where nothing else gets through; over UDP. */
  readonly turnServer?: TurnServer | undefined;
  /** Told in place of the local addresses of that family. */
  readonly externalIpv4?: string | undefined;
  readonly externalIpv6?: string | undefined;
  /** Interfaces, by name or by address, whose addresses are told; none: as the media server is set up. */
  readonly interfaces?: readonly string[] | undefined;
}

export interface TurnServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface CandidatePair {
  /** Texts that begin with `candidate:`. */
  readonly local: string;
  readonly remote: string;
}

export interface ChannelOptions {
  readonly label: string;
  readonly protocol?: string | undefined;
  /** Default: true. */
  readonly ordered?: boolean | undefined;
  /** ms after which a message is given up; undefined: never. */
  readonly maxPacketLifeTime?: number | undefined;
  /** Attempts after which a message is given up; undefined: never. */
  readonly maxRetransmits?: number | undefined;
}

/** A data channel that can be used (RFC 8831). */
export interface DataChannel {
  /** Of its stream, the same on both sides. */
  readonly id: number;
  readonly label: string;
  readonly protocol: string;
  /** Bytes that wait to be sent. */
  readonly waiting: number;
  /** False when the message did not leave. Never throws. */
  send(message: string | Buffer): boolean;
  close(): void;
}

/** Called from the event loop, never from inside a call of the transport, and not after `close`. */
export interface TransportListener {
  /** A decrypted packet; the buffer is the listener's to keep. */
  rtp(packet: Buffer): void;
  rtcp(packet: Buffer): void;
  stateChanged(state: TransportState): void;
  /** A text that begins with `candidate:`. */
  candidateFound(candidate: string): void;
  /** All candidates were told. */
  gathered(): void;
  /** Opened by the other side, or by us. */
  channelOpened(channel: DataChannel): void;
  /** Also of one that never opened. */
  channelClosed(channel: DataChannel): void;
  messageArrived(channel: DataChannel, message: string | Buffer): void;
}

/** ICE, DTLS and SRTP of one endpoint: one UDP port, everything bundled. */
export interface Transport {
  /** Begins: takes the description of the side that offered, once. Gathering starts with it. */
  answer(remote: RemoteDescription, reach?: Reach, data?: AgreedData): LocalDescription;
  /** Begins, instead of `answer`: what is told to the other side, whose description `accept` takes, once. Gathering starts with it. */
  offer(reach?: Reach, data?: boolean): LocalDescription;
  accept(remote: RemoteDescription, data?: AgreedData): void;
  /** Opens a data channel, where there are any; `channelOpened` tells when it can be used. False when that cannot be. */
  openChannel(options: ChannelOptions): boolean;
  /** Ignores what cannot be used. */
  addRemoteCandidate(candidate: string): void;
  /** False when the packet did not leave: not connected, or refused. Never throws. */
  sendRtp(packet: Buffer): boolean;
  sendRtcp(packet: Buffer): boolean;
  selectedPair(): CandidatePair | undefined;
  close(): void;
}

/** Where transports come from. There is a limit, because each takes a UDP port and a file descriptor. */
export interface Transports {
  /** Transports that are open now. */
  readonly count: number;
  readonly limit: number;
  /** Takes one place. @throws NoCapacity when there is none left. */
  open(listener: TransportListener): Transport;
  /** Closes what is open and lets go of everything the process would wait for. */
  shutDown(): void;
}

/** Every UDP port or file descriptor that media may take is taken. */
export class NoCapacity extends Error {
  override readonly name = 'NoCapacity';
}
