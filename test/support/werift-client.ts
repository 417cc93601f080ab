import { MediaStreamTrack, RTCPeerConnection, RtpHeader, RtpPacket, useOPUS, useVP8 } from 'werift';
import type { BundlePolicy } from 'werift';
import { until } from './until.js';

/** Its handshakes are slow: the elliptic curve is computed in JavaScript. */
export const weriftPatienceMs = 20_000;

/** A client whose ICE, DTLS, SRTP and SCTP share no code with the engine's. */
export class WeriftClient {
  readonly peer: RTCPeerConnection;
  /** Payloads as they came, by kind. */
  readonly received: Record<string, string[]> = { audio: [], video: [] };
  readonly tracks = { audio: new MediaStreamTrack({ kind: 'audio' }), video: new MediaStreamTrack({ kind: 'video' }) };
  keyframesWanted = 0;
  readonly #sequence = { audio: 100, video: 100 };

  constructor(bundlePolicy: BundlePolicy = 'max-bundle') {
    this.peer = new RTCPeerConnection({
      iceServers: [],
      bundlePolicy,
      codecs: {
        audio: [useOPUS()],
        video: [useVP8({ rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }] })],
      },
    });
    this.peer.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe((packet) => this.received[track.kind]?.push(packet.payload.toString()));
    });
  }

  sends(): this {
    for (const track of [this.tracks.audio, this.tracks.video]) {
      const { sender } = this.peer.addTransceiver(track, { direction: 'sendonly' });
      sender.onPictureLossIndication.subscribe(() => (this.keyframesWanted += 1));
    }
    return this;
  }

  receives(): this {
    for (const kind of ['audio', 'video'] as const) this.peer.addTransceiver(kind, { direction: 'recvonly' });
    return this;
  }

  /** Every picture is a keyframe for a reader of the beginning of the packet only (RFC 7741 §4.2, §4.3). */
  write(kind: 'audio' | 'video', text: string): void {
    const payload = kind === 'video' ? `\x10\x00${text}` : text;
    const sequenceNumber = this.#sequence[kind]++;
    const header = new RtpHeader({ sequenceNumber, timestamp: sequenceNumber * 960, marker: true });
    this.tracks[kind].writeRtp(new RtpPacket(header, Buffer.from(payload)));
  }

  async connected(): Promise<void> {
    await until('the client is connected', () => this.peer.connectionState === 'connected', weriftPatienceMs);
  }
}
