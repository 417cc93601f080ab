import { ClientError, asClientError } from './errors.js';
import type { Session } from './session.js';

export interface MediaConnectionEvents {
  /** ICE or DTLS failed and will not recover. */
  failed(error: ClientError): void;
}

/**
 * One RTCPeerConnection with a media server: offers once, trickles candidates both ways
 * (docs/protocols/kurento-room.md#72-ice).
 */
export class MediaConnection {
  readonly peer: RTCPeerConnection;
  readonly #endpointName: string;
  readonly #session: Session;
  /** Our candidates, until the offer is sent. Then `undefined`. */
  #unsent: RTCIceCandidate[] | undefined = [];
  /** The server's candidates, until its answer is set. Then `undefined`. */
  #early: RTCIceCandidateInit[] | undefined = [];
  #closed = false;

  /** @param endpointName the publisher's name; our own name for the connection on which we publish */
  constructor(endpointName: string, session: Session, configuration: RTCConfiguration, events: MediaConnectionEvents) {
    this.#endpointName = endpointName;
    this.#session = session;
    this.peer = new RTCPeerConnection(configuration);
    this.peer.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) this.#trickle(candidate);
    };
    this.peer.onconnectionstatechange = () => {
      if (this.peer.connectionState !== 'failed' || this.#closed) return;
      events.failed(new ClientError('connection-failed', 'No media connection to the server could be made or kept.'));
    };
  }

  set iceServers(iceServers: RTCIceServer[]) {
    if (!this.#closed) this.peer.setConfiguration({ ...this.peer.getConfiguration(), iceServers });
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
      .request('onIceCandidate', { endpointName: this.#endpointName, candidate: line, sdpMid, sdpMLineIndex })
      .catch(() => undefined);
  }

  #requireOpen(): void {
    if (this.#closed) throw new ClientError('closed', 'The media connection was closed.');
  }
}
