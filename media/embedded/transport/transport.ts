import type { AgreedData } from '../sdp/agreement.js';
import type { LocalDescription, RemoteDescription } from '../sdp/description.js';

/**
 * `checking`: ICE looks for a path. `reachable`: it has one. `connected`: DTLS is done and media can flow.
 * `failed` and `closed` are final.
 */
export type TransportState = 'checking' | 'reachable' | 'connected' | 'disconnected' | 'failed' | 'closed';

/** Settings of one endpoint about how it is reached (docs/protocols/kurento-media.md#73-properties). */
export interface Reach {
  /** Finds out our address as others see it. */
  readonly stunServer?: { readonly host: string; readonly port: number } | undefined;
  /** Relays our media over UDP. */
  readonly turnServer?: TurnServer | undefined;
  /** Told instead of the local addresses of that family. */
  readonly externalIpv4?: string | undefined;
  readonly externalIpv6?: string | undefined;
  /** Interfaces, by name or by address, whose addresses are told; undefined: those of the media server's options. */
  readonly interfaces?: readonly string[] | undefined;
  /** Whether the local addresses are told besides those that are told in their place. Default: no. */
  readonly tellsOwn?: boolean | undefined;
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
  /** Ms after which a message is given up; undefined: never. */
  readonly maxPacketLifeTime?: number | undefined;
  /** Attempts after which a message is given up; undefined: never. */
  readonly maxRetransmits?: number | undefined;
}

/** A data channel (RFC 8831). */
export interface DataChannel {
  /** Id of its stream, the same on both sides. */
  readonly id: number;
  readonly label: string;
  readonly protocol: string;
  /** Bytes that wait to be sent. */
  readonly waiting: number;
  /** False when the message did not leave. Never throws. */
  send(message: string | Buffer): boolean;
  close(): void;
}

/** Called from the event loop: never during a call of the transport, and never after `close`. */
export interface TransportListener {
  /** A decrypted packet. The listener may keep and change the buffer. */
  rtp(packet: Buffer): void;
  rtcp(packet: Buffer): void;
  stateChanged(state: TransportState): void;
  /** A text that begins with `candidate:`. */
  candidateFound(candidate: string): void;
  /** All candidates were found. */
  gathered(): void;
  /** A channel can be used now: the other side opened it, or we did. */
  channelOpened(channel: DataChannel): void;
  /** A channel that never opened may close too. */
  channelClosed(channel: DataChannel): void;
  messageArrived(channel: DataChannel, message: string | Buffer): void;
  /** One of the others threw, which is a defect. Never throws. */
  failed(error: unknown): void;
}

/** ICE, DTLS and SRTP of an endpoint, or of some of its sections, on one UDP port. */
export interface Transport {
  /**
   * Takes the description of the side that offered. May be called once, and `offer` not. Gathering starts.
   * @throws Error
   */
  answer(remote: RemoteDescription, reach?: Reach, data?: AgreedData): LocalDescription;
  /** Returns the description for our offer. May be called once, and `answer` not. Gathering starts. @throws Error */
  offer(reach?: Reach, data?: boolean): LocalDescription;
  /** Takes the description of the side that answered, once. @throws Error */
  accept(remote: RemoteDescription, data?: AgreedData): void;
  /**
   * Takes a new description of the other side, which has another network, and finds another path to it. The former
   * path is used until the new one is connected, which is told as a connection of its own. DTLS goes on where it can,
   * and data channels with it; where it cannot, a transport with data channels refuses. May be called again.
   * @throws NoCapacity, Error
   */
  restart(remote: RemoteDescription, reach?: Reach, data?: AgreedData): LocalDescription;
  /** Opens a data channel; `channelOpened` is called when it can be used. False when none can be opened. */
  openChannel(options: ChannelOptions): boolean;
  /** Ignores a candidate that cannot be used. */
  addRemoteCandidate(candidate: string): void;
  /** False when the packet did not leave: the transport is not connected, or refused it. Never throws. */
  sendRtp(packet: Buffer): boolean;
  sendRtcp(packet: Buffer): boolean;
  selectedPair(): CandidatePair | undefined;
  close(): void;
}

/** Opens transports, in a limited number: each takes a UDP port and a file descriptor. */
export interface Transports {
  /** Transports that are open. */
  readonly count: number;
  readonly limit: number;
  /** @throws NoCapacity when `limit` transports are open */
  open(listener: TransportListener): Transport;
  /** Closes all transports and frees the library. */
  shutDown(): void;
}

/** Media has no UDP port or file descriptor left. */
export class NoCapacity extends Error {
  override readonly name = 'NoCapacity';
}
