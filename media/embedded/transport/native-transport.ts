import type { RtcConfig } from 'node-datachannel';
import { isUsableCandidate, parseCandidate } from '../sdp/candidates.js';
import type { Log } from '../../../log.js';
import { thrown } from '../log.js';
import type { AgreedData } from '../sdp/agreement.js';
import type { LocalDescription, RemoteDescription } from '../sdp/description.js';
import type { Address } from './ice/binding.js';
import { Detour } from './ice/detour.js';
import { defaultBindAddress, mediaAddresses } from './local-addresses.js';
import type { CandidateOptions } from './told-candidates.js';
import { ToldCandidates } from './told-candidates.js';
import { NativeChannels } from './native-channels.js';
import { describeRemote, mediaSection, readLocal } from './native-description.js';
import type { Library } from './native-path.js';
import { NativePath } from './native-path.js';
import type {
  CandidatePair,
  ChannelOptions,
  Reach,
  Transport,
  TransportListener,
  TransportState,
} from './transport.js';

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
  readonly #takePlace: () => () => void;
  readonly #channels: NativeChannels;
  /** With those that are closing: the library still needs their objects. Each but one has a place of its own. */
  readonly #living = new Set<NativePath>();
  readonly #places: (() => void)[] = [];
  /** Carries what is sent. */
  #path: NativePath | undefined;
  /** Replaces the other one once it is connected. */
  #next: NativePath | undefined;
  /** By which the client reaches the path since it has restarted ICE. */
  #detour: DetourOfPath | undefined;
  #state: TransportState = 'checking';
  #closed = false;
  /** Packets that the library refused while it was connected. */
  #refused = 0;

  /** @param takePlace for one connection more. Returns what frees it. Throws NoCapacity */
  constructor(
    library: Library,
    options: NativeOptions,
    listener: TransportListener,
    onClosed: () => void,
    takePlace: () => () => void,
  ) {
    this.#library = library;
    this.#options = options;
    this.#listener = listener;
    this.#onClosed = onClosed;
    this.#takePlace = takePlace;
    this.#channels = new NativeChannels(options.log, listener, () => this.#closed);
  }

  answer(remote: RemoteDescription, reach?: Reach, data?: AgreedData): LocalDescription {
    this.#path = this.#first(reach, data !== undefined);
    return this.#answer(this.#path, remote, data);
  }

  offer(reach?: Reach, data = false): LocalDescription {
    this.#path = this.#first(reach, data);
    const { connection } = this.#path;
    if (data) this.#channels.reserve(connection);
    connection.setLocalDescription('offer');
    return readLocal(connection.localDescription()?.sdp ?? '');
  }

  accept(remote: RemoteDescription, data?: AgreedData): void {
    if (!this.#path || this.#closed) throw new Error('There is no offer that can be answered');
    this.#path.connection.setRemoteDescription(describeRemote(remote, data), 'answer');
    for (const candidate of remote.candidates) this.addRemoteCandidate(candidate);
  }

  restart(remote: RemoteDescription, reach: Reach = {}, data?: AgreedData): LocalDescription {
    const path = this.#path;
    if (!path || this.#closed) throw new Error('There is nothing that can be restarted');
    if (canGoOn(path, remote) && !reach.turnServer) return this.#divert(path, remote, reach);
    if (data) throw new Error('Data channels have ended with their connection');
    return this.#renew(remote, reach);
  }

  /** The client has other addresses, and the connection of the library goes on. */
  #divert(path: NativePath, remote: RemoteDescription, reach: Reach): LocalDescription {
    const { agreed, at } = path;
    if (!agreed || !at) throw new Error('The path has not answered');
    this.#detour ??= this.#openDetour(path, at, agreed, reach);
    const { by } = this.#detour;
    const own = by.restart(remote);
    const former = this.#next;
    this.#next = undefined;
    if (former) this.#close(former);
    for (const candidate of remote.candidates) this.addRemoteCandidate(candidate);
    return { ...agreed.local, ...own };
  }

  #openDetour(path: NativePath, at: Address, agreed: Agreed, reach: Reach): DetourOfPath {
    const { udpPorts: ports, bindAddress } = this.#options;
    const told = this.#toldWith(reach);
    const free = this.#takePlace();
    const by = new Detour({
      ...{ at, ports, library: agreed.local, client: agreed.remote, stunServer: reach.stunServer },
      ...{ addresses: mediaAddresses(bindAddress), bindAddress: bindAddress ?? defaultBindAddress() },
      candidateFound: (candidate) => {
        if (path !== this.#newest) return;
        for (const text of told.of(candidate)) this.#listener.candidateFound(text);
      },
      gathered: () => {
        if (path === this.#newest) this.#listener.gathered();
      },
      connected: () => {
        if (path !== this.#newest || path.state !== 'connected') return;
        this.#become('checking');
        this.#connectionChanged('connected');
      },
      failed: (error) => {
        this.#listener.failed(error);
      },
    });
    return { of: path, by, free };
  }

  /**
   * The library takes no other credentials, so there is another connection of it, with another certificate. The client opens DTLS if it
   * may. It has an association already, and drops our handshake until it has ended that: Chromium for three seconds.
   */
  #renew(remote: RemoteDescription, reach: Reach): LocalDescription {
    const free = this.#takePlace();
    const former = this.#next;
    const next = this.#open(reach, false);
    this.#places.push(free);
    this.#next = next;
    if (former) this.#close(former);
    try {
      return this.#answer(next, remote.mayOpen === true ? { ...remote, setup: 'active' } : remote);
    } catch (error) {
      this.#next = undefined;
      this.#close(next);
      throw error;
    }
  }

  #answer(path: NativePath, remote: RemoteDescription, data?: AgreedData): LocalDescription {
    const { connection } = path;
    connection.setRemoteDescription(describeRemote(remote, data), 'offer');
    connection.setLocalDescription('answer');
    for (const candidate of remote.candidates) this.addRemoteCandidate(candidate);
    const local = readLocal(connection.localDescription()?.sdp ?? '');
    path.agreed = { local, remote };
    return local;
  }

  #first(reach: Reach | undefined, data: boolean): NativePath {
    if (this.#path || this.#closed) throw new Error('The transport was used before');
    return this.#open(reach, data);
  }

  #toldWith(reach: Reach): ToldCandidates {
    const { interfaces = this.#options.candidates.interfaces } = reach;
    return new ToldCandidates({ ...this.#options.candidates, ...reach, interfaces });
  }

  #open(reach: Reach = {}, data: boolean): NativePath {
    const told = this.#toldWith(reach);
    const path: NativePath = new NativePath(this.#library, this.#configuration(reach), {
      packet: (packet) => {
        this.#received(packet);
      },
      stateChanged: (state) => {
        this.#pathChanged(path, state);
      },
      candidateFound: (candidate) => {
        if (path !== this.#newest) return;
        for (const text of told.of(withoutPrefix(candidate))) this.#listener.candidateFound(text);
      },
      gathered: () => {
        if (path === this.#newest) this.#listener.gathered();
      },
      channelOpened: data
        ? (channel) => {
            this.#channels.add(channel);
          }
        : undefined,
      ended: () => {
        this.#pathEnded(path);
      },
      failed: (error) => {
        this.#listener.failed(error);
      },
    });
    this.#living.add(path);
    return path;
  }

  get #newest(): NativePath | undefined {
    return this.#next ?? this.#path;
  }

  openChannel(options: ChannelOptions): boolean {
    if (!this.#path || this.#closed || this.#state !== 'connected') return false;
    return this.#channels.open(this.#path.connection, options);
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
    const path = this.#newest;
    if (!path || this.#closed || !isUsableCandidate(candidate)) return;
    const { address, port } = parseCandidate(candidate) ?? {};
    if (this.#detour?.of === path && address !== undefined && port !== undefined) {
      this.#detour.by.addPeer({ address, port });
      return;
    }
    try {
      path.connection.addRemoteCandidate(candidate, mediaSection.mid);
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
    if (this.#detour?.by.pair) return this.#detour.by.pair;
    const pair = this.#path && !this.#closed ? this.#path.connection.getSelectedCandidatePair() : null;
    if (!pair) return undefined;
    return { local: withoutPrefix(pair.local.candidate), remote: withoutPrefix(pair.remote.candidate) };
  }

  close(): void {
    if (this.#closed) return;
    this.#end();
    if (this.#living.size === 0) this.#onClosed();
  }

  #end(): void {
    this.#closed = true;
    if (this.#refused > 0) this.#options.log.info('packets could not be sent', { refused: this.#refused });
    this.#refused = 0;
    this.#channels.close();
    for (const path of this.#living) this.#close(path);
  }

  #close(path: NativePath): void {
    if (this.#detour?.of === path) {
      this.#detour.by.close();
      this.#detour.free();
      this.#detour = undefined;
    }
    try {
      path.close();
    } catch (error) {
      this.#options.log.warn('a transport did not close cleanly', thrown(error));
    }
  }

  #pathEnded(path: NativePath): void {
    // When the other side closed, the library keeps its own part open until `close`.
    this.#close(path);
    if (path === this.#newest && !this.#closed) this.#end();
    this.#living.delete(path);
    while (this.#places.length > Math.max(0, this.#living.size - 1)) this.#places.pop()?.();
    if (this.#closed && this.#living.size === 0) this.#onClosed();
  }

  /** What becomes of a path that is to be replaced is of no interest any more. */
  #pathChanged(path: NativePath, state: string): void {
    if (path !== this.#newest) return;
    if (path === this.#path) this.#connectionChanged(state);
    else if (state === 'connected') this.#replace(path);
    else if (state === 'failed' || state === 'disconnected' || state === 'closed') this.#giveUp(path);
  }

  #replace(path: NativePath): void {
    const former = this.#path;
    this.#path = path;
    this.#next = undefined;
    this.#become('checking');
    this.#connectionChanged('connected');
    // Not before: its farewell would end the connection for a client that does not know of the other one yet.
    if (former) this.#close(former);
  }

  /** The former path goes on, if it can. */
  #giveUp(path: NativePath): void {
    this.#next = undefined;
    this.#close(path);
    if (this.#path?.state !== 'connected') this.#become('failed');
  }

  #connectionChanged(state: string): void {
    if (state === 'connecting') this.#become('checking');
    if (state === 'connected' && this.#state === 'checking') this.#become('reachable');
    if (state === 'connected' || state === 'disconnected' || state === 'failed' || state === 'closed')
      this.#become(state);
  }

  #send(packet: Buffer): boolean {
    if (this.#state !== 'connected' || this.#closed || !this.#path) return false;
    try {
      if (this.#path.send(packet)) return true;
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

  #become(state: TransportState): void {
    this.#state = state;
    this.#listener.stateChanged(state);
  }
}

type Agreed = NonNullable<NativePath['agreed']>;

interface DetourOfPath {
  readonly of: NativePath;
  readonly by: Detour;
  /** Its place. */
  readonly free: () => void;
}

/** Whether DTLS can go on: neither certificate nor part has changed, and the library still has its connection. */
function canGoOn({ agreed, at, state }: NativePath, { fingerprint, setup, mayOpen }: RemoteDescription): boolean {
  const former = agreed?.remote;
  if (!former || !at || state !== 'connected') return false;
  const { algorithm, value } = former.fingerprint;
  const hasPart = former.setup === 'active' ? mayOpen === true : setup === 'passive';
  return hasPart && fingerprint.algorithm === algorithm && fingerprint.value === value;
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
