import { ClientError, asClientError } from './errors.js';
import { Flow, type FlowOwner } from './flow.js';
import { isRefusal, readReport, type MediaReport } from './media-report.js';
import type { Watched } from './media-watch.js';
import { QualityMeter, type Quality } from './quality.js';
import type { Reported } from './quality-report.js';
import type { Session } from './session.js';
import { webcam } from './streams.js';
import { readStatistics, type ConnectionStatistics } from './statistics.js';

export interface MediaConnectionOwner extends FlowOwner {
  /** ICE or DTLS failed and will not recover. */
  readonly failed: (error: ClientError) => void;
  /** Whether the server can go on over another path. */
  readonly restarts: () => boolean;
  readonly quality: (quality: Quality) => void;
}

/** What it is called in messages about candidates. */
export interface EndpointName {
  /** The publisher's name; our own name for a connection on which we publish. */
  readonly endpointName: string;
  /** Absent where the server knows one stream of each participant. */
  readonly stream?: string;
}

/** A reading that is not older than this is looked at once more, in ms: others read too, as those that show loudness. */
const freshMs = 1000;

/**
 * One RTCPeerConnection with a media server: offers once, trickles candidates both ways
 * (docs/protocols/kurento-room.md#72-ice).
 */
export class MediaConnection implements Watched, Reported {
  readonly peer: RTCPeerConnection;
  readonly #endpoint: EndpointName;
  readonly #session: Session;
  /** Our candidates, until the offer is sent. Then `undefined`. */
  #unsent: RTCIceCandidate[] | undefined = [];
  /** The server's candidates, until its answer is set. Then `undefined`. */
  #early: RTCIceCandidateInit[] | undefined = [];
  readonly #flow: Flow;
  readonly #meter: QualityMeter;
  readonly #owner: MediaConnectionOwner;
  #quality: Quality = 'unknown';
  #reading: Reported['reading'];
  #hasFlowed = false;
  /** Another path was asked for, or there was none yet: if this fails, it will not recover. */
  #hasRestarted = true;
  #restarting = false;
  /** A TURN server has refused us. */
  #relayRefused = false;
  #closed = false;

  /** Throws `connection-failed` where the browser makes no more of them. */
  constructor(endpoint: EndpointName, session: Session, configuration: RTCConfiguration, owner: MediaConnectionOwner) {
    this.#endpoint = endpoint;
    this.#session = session;
    this.#owner = owner;
    this.#flow = new Flow(owner);
    this.#meter = new QualityMeter(owner.side);
    this.peer = openPeer(configuration);
    this.peer.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) this.#trickle(candidate);
    };
    this.peer.onicecandidateerror = (event) => {
      this.#relayRefused ||= isRefusal(event);
    };
    this.peer.onconnectionstatechange = () => {
      if (this.#closed) return;
      const { connectionState } = this.peer;
      if (connectionState === 'connected') this.#hasRestarted = false;
      if (connectionState !== 'disconnected' && connectionState !== 'failed') return;
      this.#interrupted();
      if (!this.#hasRestarted && owner.restarts()) void this.#restart();
      else this.#failedAsIs();
    };
  }

  set iceServers(iceServers: RTCIceServer[]) {
    if (!this.#closed) this.peer.setConfiguration({ ...this.peer.getConfiguration(), iceServers });
  }

  /** Whether packets come over it, as far as is known. */
  get flows(): boolean {
    return this.#flow.flows;
  }

  get side(): 'sent' | 'received' {
    return this.#owner.side;
  }

  get reading(): Reported['reading'] {
    return this.#reading;
  }

  get stalled(): boolean {
    return this.#hasFlowed && !this.flows;
  }

  /** Rejects with `connection-failed` where the browser does not tell. */
  async statistics(): Promise<ConnectionStatistics> {
    const statistics = await readStatistics(this.peer).catch(cannotBeRead);
    this.#reading = { at: performance.now(), statistics };
    return statistics;
  }

  /** What is being tried, or was, to make the connection. Rejects as `statistics`. */
  report(): Promise<MediaReport> {
    return readReport(this.peer, this.#relayRefused).catch(cannotBeRead);
  }

  async look(): Promise<void> {
    // Without a connection there are no packets to count.
    if (this.#closed || this.peer.connectionState !== 'connected') return;
    const isFresh = this.#reading && performance.now() - this.#reading.at < freshMs && this.flows;
    if (!isFresh) await this.statistics().catch(() => undefined);
    const reading = this.#reading;
    if (!reading || this.#isClosed()) return;
    this.#flow.take(reading.statistics);
    this.#hasFlowed ||= this.flows;
    if (this.flows) this.#qualityBecomes(this.#meter.take(reading));
    else this.#interrupted();
  }

  /** Our network has changed, or slept: the same connection goes on over another path, and nobody else is told. */
  async #restart(): Promise<void> {
    const { endpointName, stream = webcam } = this.#endpoint;
    this.#hasRestarted = this.#restarting = true;
    this.#unsent = [];
    this.#early = [];
    this.peer.restartIce();
    await this.negotiate(async (sdpOffer) => {
      // It waits for the connection to the server, which may be lost as well.
      const { sdpAnswer } = await this.#session.request('restartIce', {
        sender: `${endpointName}_${stream}`,
        sdpOffer,
      });
      return sdpAnswer;
    }).catch(() => undefined);
    this.#restarting = false;
    this.#failedAsIs();
  }

  #failedAsIs(): void {
    if (this.#closed || this.#restarting || this.peer.connectionState !== 'failed') return;
    this.#owner.failed(
      new ClientError('connection-failed', 'No media connection to the server could be made or kept.'),
    );
  }

  #interrupted(): void {
    this.#flow.interrupted();
    this.#meter.reset();
    this.#qualityBecomes('unknown');
  }

  #qualityBecomes(quality: Quality): void {
    if (quality === this.#quality) return;
    this.#quality = quality;
    this.#owner.quality(quality);
  }

  /**
   * Makes an offer of what the peer connection holds. `exchange` sends the SDP offer to the server and resolves with the answer.
   * Rejects with what `exchange` rejects with, `media-refused`, or `closed`.
   */
  async negotiate(exchange: (sdpOffer: string) => Promise<string>): Promise<void> {
    try {
      await this.peer.setLocalDescription();
      this.#requireOpen();
      const answered = exchange(this.peer.localDescription?.sdp ?? '');
      const unsent = this.#unsent ?? [];
      this.#unsent = undefined;
      for (const candidate of unsent) this.#trickle(candidate);
      const sdp = await answered;
      this.#requireOpen();
      await this.peer.setRemoteDescription({ type: 'answer', sdp });
      const early = this.#early ?? [];
      this.#early = undefined;
      for (const candidate of early) this.addCandidate(candidate);
    } catch (thrown) {
      this.#requireOpen();
      throw asClientError(thrown, 'media-refused');
    }
  }

  addCandidate(candidate: RTCIceCandidateInit): void {
    if (this.#closed) return;
    if (this.#early) this.#early.push(candidate);
    // One candidate that this browser cannot use does not matter: others may work.
    else this.peer.addIceCandidate(candidate).catch(() => undefined);
  }

  close(): void {
    this.#qualityBecomes('unknown');
    this.#closed = true;
    this.peer.onicecandidate = null;
    this.peer.close();
  }

  #trickle(candidate: RTCIceCandidate): void {
    if (this.#unsent) {
      this.#unsent.push(candidate);
      return;
    }
    const { candidate: line, sdpMid, sdpMLineIndex } = candidate;
    // Nothing depends on the answer. The session itself reports a lost connection.
    this.#session
      .request('onIceCandidate', { ...this.#endpoint, candidate: line, sdpMid, sdpMLineIndex })
      .catch(() => undefined);
  }

  /** A method: it may change during any `await`, which the compiler does not see of a field. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #requireOpen(): void {
    if (this.#closed) throw new ClientError('closed', 'The media connection was closed.');
  }
}

function openPeer(configuration: RTCConfiguration): RTCPeerConnection {
  try {
    return new RTCPeerConnection(configuration);
  } catch (error) {
    throw asClientError(error, 'connection-failed');
  }
}

function cannotBeRead(error: unknown): never {
  throw asClientError(error, 'connection-failed');
}
