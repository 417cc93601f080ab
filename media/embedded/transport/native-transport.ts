import type { DataChannel, PeerConnection, RtcConfig, Track, default as nodeDataChannel } from 'node-datachannel';
import { isUsableCandidate } from '../sdp/candidates.js';
import type { Log } from '../../../log.js';
import { thrown } from '../log.js';
import type { AgreedData } from '../sdp/agreement.js';
import type { LocalDescription, RemoteDescription } from '../sdp/description.js';
import { defaultBindAddress } from './local-addresses.js';
import type { CandidateOptions } from './told-candidates.js';
import { ToldCandidates } from './told-candidates.js';
import { guarded } from './guarded.js';
import { NativeChannels } from './native-channels.js';
import { describeRemote, mediaSection, readLocal } from './native-description.js';
import type {
  CandidatePair,
  ChannelOptions,
  Reach,
  Transport,
  TransportListener,
  TransportState,
} from './transport.js';

export type Library = typeof nodeDataChannel;

export interface NativeOptions {
  readonly udpPorts: { readonly first: number; readonly last: number };
  /** The one local address for media; undefined: all but loopback, or loopback if there is no other. */
  readonly bindAddress: string | undefined;
  /** Which candidates are told, and with which addresses. */
  readonly candidates: CandidateOptions;
  readonly log: Log;
}

/**
 * A transport of node-datachannel. The library sees one section of video, whatever was negotiated, and never a
 * client's SDP: with a single track it hands over every packet, RTP and RTCP, in order and whatever its SSRC.
 */
export class NativeTransport implements Transport {
  readonly #library: Library;
  readonly #options: NativeOptions;
  readonly #listener: TransportListener;
  readonly #onClosed: () => void;
  readonly #failed = (error: unknown): void => {
    this.#listener.failed(error);
  };
  #told: ToldCandidates;
  #connection: PeerConnection | undefined;
  #track: Track | undefined;
  #state: TransportState = 'checking';
  #closed = false;
  /** Packets that the library refused while it was connected. */
  #refused = 0;
  readonly #channels: NativeChannels;

  constructor(library: Library, options: NativeOptions, listener: TransportListener, onClosed: () => void) {
    this.#library = library;
    this.#options = options;
    this.#listener = listener;
    this.#onClosed = onClosed;
    this.#told = new ToldCandidates(options.candidates);
    this.#channels = new NativeChannels(options.log, listener, () => this.#closed);
  }

  answer(remote: RemoteDescription, reach?: Reach, data?: AgreedData): LocalDescription {
    const connection = this.#open(reach, data !== undefined);
    connection.setRemoteDescription(describeRemote(remote, data), 'offer');
    connection.setLocalDescription('answer');
    for (const candidate of remote.candidates) this.addRemoteCandidate(candidate);
    return readLocal(connection.localDescription()?.sdp ?? '');
  }

  offer(reach?: Reach, data = false): LocalDescription {
    const connection = this.#open(reach, data);
    if (data) this.#channels.reserve(connection);
    connection.setLocalDescription('offer');
    return readLocal(connection.localDescription()?.sdp ?? '');
  }

  accept(remote: RemoteDescription, data?: AgreedData): void {
    if (!this.#connection || this.#closed) throw new Error('There is no offer that can be answered');
    this.#connection.setRemoteDescription(describeRemote(remote, data), 'answer');
    for (const candidate of remote.candidates) this.addRemoteCandidate(candidate);
  }

  #open(reach: Reach = {}, data: boolean): PeerConnection {
    if (this.#connection || this.#closed) throw new Error('The transport was used before');
    const { interfaces = this.#options.candidates.interfaces } = reach;
    this.#told = new ToldCandidates({ ...this.#options.candidates, ...reach, interfaces });
    const connection = new this.#library.PeerConnection('endpoint', this.#configuration(reach));
    this.#connection = connection;
    this.#listen(connection, data);
    const media = new this.#library.Video(mediaSection.mid, 'SendRecv');
    media.addVP8Codec(mediaSection.payloadType);
    const track = connection.addTrack(media);
    this.#track = track;
    track.onMessage(
      this.#guarded((packet: Buffer) => {
        this.#received(packet);
      }),
    );
    this.#awaitEnd(connection, track);
    return connection;
  }

  openChannel(options: ChannelOptions): boolean {
    if (!this.#connection || this.#closed || this.#state !== 'connected') return false;
    return this.#channels.open(this.#connection, options);
  }

  #configuration(reach: Reach): RtcConfig {
    const { udpPorts, candidates } = this.#options;
    const everyAddress = candidates.families.includes('ipv6') ? undefined : '0.0.0.0';
    const bindAddress = this.#options.bindAddress ?? defaultBindAddress() ?? everyAddress;
    return {
      // None but those set on the endpoint: the library must not ask a stranger's server for our address.
      iceServers: iceServersOf(reach),
      portRangeBegin: udpPorts.first,
      portRangeEnd: udpPorts.last,
      disableAutoNegotiation: true,
      forceMediaTransport: true,
      ...(bindAddress === undefined ? {} : { bindAddress }),
    };
  }

  addRemoteCandidate(candidate: string): void {
    if (!this.#connection || this.#closed || !isUsableCandidate(candidate)) return;
    try {
      this.#connection.addRemoteCandidate(candidate, mediaSection.mid);
    } catch (error) {
      this.#options.log.debug('candidate refused by the media library', thrown(error));
    }
  }

  sendRtp(packet: Buffer): boolean {
    return this.#send(packet);
  }

  sendRtcp(packet: Buffer): boolean {
    return this.#send(packet);
  }

  selectedPair(): CandidatePair | undefined {
    const pair = this.#connection && !this.#closed ? this.#connection.getSelectedCandidatePair() : null;
    if (!pair) return undefined;
    return { local: withoutPrefix(pair.local.candidate), remote: withoutPrefix(pair.remote.candidate) };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#connection) {
      this.#onClosed();
      return;
    }
    this.#closeNative();
  }

  #closeNative(): void {
    if (this.#refused > 0) this.#options.log.info('packets could not be sent', { refused: this.#refused });
    this.#refused = 0;
    try {
      this.#channels.close();
      this.#track?.close();
      this.#connection?.close();
    } catch (error) {
      this.#options.log.warn('a transport did not close cleanly', thrown(error));
    }
  }

  /**
   * The library removes an object from its list of live ones when the callback of its end runs. If there is no
   * callback, or if the object was collected before, `cleanup` uses freed memory and aborts the process.
   */
  #awaitEnd(connection: PeerConnection, track: Track): void {
    let living = 2;
    const ended = (): void => {
      living -= 1;
      if (living > 0) return;
      // When the other side closed, the library keeps its own part open until `close`.
      this.#closed = true;
      this.#closeNative();
      this.#connection = undefined;
      this.#track = undefined;
      this.#onClosed();
    };
    track.onClosed(guarded(this.#failed, ended));
    connection.onStateChange(
      guarded(this.#failed, (state: string) => {
        if (!this.#closed) this.#connectionChanged(state);
        if (state === 'closed') ended();
      }),
    );
  }

  #connectionChanged(state: string): void {
    if (state === 'connecting') this.#become('checking');
    if (state === 'connected' && this.#state === 'checking') this.#become('reachable');
    if (state === 'connected' || state === 'disconnected' || state === 'failed' || state === 'closed')
      this.#become(state);
  }

  #send(packet: Buffer): boolean {
    if (this.#state !== 'connected' || this.#closed || !this.#track) return false;
    try {
      if (this.#track.sendMessageBinary(packet)) return true;
    } catch {
      // SRTP refuses a sequence number far behind the newest; the library refuses packets while it closes.
    }
    this.#refused += 1;
    return false;
  }

  #received(packet: Buffer): void {
    if (packet.length < 8) return;
    // RFC 5761 §4: this byte is the packet type of RTCP, or the marker and payload type of RTP.
    const type = packet.readUInt8(1);
    if (type >= 192 && type <= 223) this.#listener.rtcp(packet);
    else this.#listener.rtp(packet);
  }

  /**
   * As few callbacks as possible: each is a handle that Node checks whenever any of them is called. Seven for each of
   * 150 endpoints took a tenth of the engine's time. So there is none for ICE: its state is told some ms later, with
   * DTLS.
   */
  #listen(connection: PeerConnection, data: boolean): void {
    connection.onLocalCandidate(
      this.#guarded((candidate: string) => {
        for (const told of this.#told.of(withoutPrefix(candidate))) this.#listener.candidateFound(told);
      }),
    );
    if (data) {
      connection.onDataChannel(
        this.#guarded((channel: DataChannel) => {
          this.#channels.add(channel);
        }),
      );
    }
    connection.onGatheringStateChange(
      this.#guarded((state: string) => {
        if (state === 'complete') this.#listener.gathered();
      }),
    );
  }

  #become(state: TransportState): void {
    this.#state = state;
    this.#listener.stateChanged(state);
  }

  /** For callbacks that are ignored after the transport was closed. */
  #guarded<A extends readonly unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return guarded(this.#failed, (...args: A) => {
      if (!this.#closed) callback(...args);
    });
  }
}

function withoutPrefix(candidate: string): string {
  return candidate.startsWith('a=') ? candidate.slice(2) : candidate;
}

function iceServersOf({ stunServer, turnServer }: Reach): RtcConfig['iceServers'] {
  const servers: RtcConfig['iceServers'] = [];
  if (stunServer) servers.push({ hostname: stunServer.host, port: stunServer.port });
  if (turnServer) {
    const { host, port, user, password } = turnServer;
    servers.push({ hostname: host, port, username: user, password, relayType: 'TurnUdp' });
  }
  return servers;
}
