import { Audio, PeerConnection, Video } from 'node-datachannel';
import type { Direction, Track } from 'node-datachannel';

export type Kind = 'audio' | 'video';

export interface Section {
  readonly kind: Kind;
  readonly direction: 'sendonly' | 'recvonly' | 'sendrecv';
  /** Of video. Default: VP8. */
  readonly codec?: 'VP8' | 'H264' | undefined;
  /** Of video: in how many sizes the picture is sent, each a stream of its own. Default: 1. */
  readonly layers?: number | undefined;
}

/** Payload types and SSRCs of what a synthetic connection sends. */
export const streams = {
  audio: { payloadType: 111, ssrc: 1_000_001 },
  video: { payloadType: 96, ssrc: 1_000_002 },
} as const;

/** SSRC of one size of a picture; 0: the smallest. */
export function layerSsrc(layer: number): number {
  return streams.video.ssrc + layer;
}

export interface SyntheticConnectionOptions {
  readonly name: string;
  readonly sections: readonly Section[];
  /** Default: every address of the machine but loopback. */
  readonly bindAddress?: string | undefined;
  /**
   * Called for each local candidate, after the answer was taken. Without it the connection tells none, as a browser that hides
   * its addresses.
   */
  readonly onCandidate?: (candidate: string, mid: string) => void;
  /** Called with the RTCPeerConnectionState. */
  readonly onState: (state: string) => void;
  readonly onRtp?: (kind: Kind, packet: Buffer) => void;
  /** Called with compound packets. */
  readonly onRtcp?: (kind: Kind, packet: Buffer) => void;
  /** An error in a callback of the library would end the process. */
  readonly onFailure: (error: unknown) => void;
}

const directions = { sendonly: 'SendOnly', recvonly: 'RecvOnly', sendrecv: 'SendRecv' } as const satisfies Record<
  Section['direction'],
  Direction
>;

/** References that keep objects alive while the library closes them. */
const kept: unknown[] = [];

/**
 * A WebRTC client for load and tests: Opus, and VP8 or H.264, over the real stack of libdatachannel. The library keeps its process
 * from ending by itself, so it belongs into a child process.
 */
export class SyntheticConnection {
  /** Without candidates, which follow. */
  readonly offer: string;
  readonly #connection: PeerConnection;
  readonly #options: SyntheticConnectionOptions;
  readonly #tracks = new Map<Kind, Track>();
  /**
   * Until the answer has been taken. A media server that knows candidates earlier may have ICE connected while the library
   * is still taking the answer; it then finds no fingerprint to hold the certificate against, and gives up.
   */
  #heldCandidates: (readonly [candidate: string, mid: string])[] | undefined = [];

  constructor(options: SyntheticConnectionOptions) {
    this.#options = options;
    const { name, bindAddress, onCandidate, onState } = options;
    this.#connection = new PeerConnection(name, {
      iceServers: [],
      disableAutoNegotiation: true,
      forceMediaTransport: true,
      ...(bindAddress !== undefined && { bindAddress }),
    });
    this.#connection.onLocalCandidate((candidate, mid) => {
      if (this.#heldCandidates) this.#heldCandidates.push([candidate, mid]);
      else onCandidate?.(candidate, mid);
    });
    this.#connection.onStateChange((state) => {
      this.#guard(() => {
        onState(state);
      });
    });
    for (const [index, section] of options.sections.entries()) this.#addTrack(String(index), section);
    this.#connection.setLocalDescription('offer');
    const sdp = (this.#connection.localDescription()?.sdp ?? '').replace(
      /^a=(?:candidate|end-of-candidates).*\r\n/gm,
      '',
    );
    const layered = withLayers(sdp, Math.max(1, ...options.sections.map(({ layers = 1 }) => layers)));
    // A media server that knows our candidates is connected first. It must not open DTLS: a handshake of its own would come before
    // the library listens (media/embedded/README.md).
    this.offer = onCandidate ? layered.replaceAll('a=setup:actpass', 'a=setup:active') : layered;
  }

  accept(answer: string): void {
    this.#connection.setRemoteDescription(answer, 'answer');
    for (const [candidate, mid] of this.#heldCandidates ?? []) this.#options.onCandidate?.(candidate, mid);
    this.#heldCandidates = undefined;
  }

  addCandidate(candidate: string, mid: string): void {
    this.#connection.addRemoteCandidate(candidate, mid);
  }

  /** A packet is dropped where nothing of its kind is sent, or before the connection is there. */
  send(kind: Kind, packet: Buffer): void {
    const track = this.#tracks.get(kind);
    if (track?.isOpen() && track.direction() !== 'RecvOnly') track.sendMessageBinary(packet);
  }

  /** RTCP goes both ways, whatever the media does. */
  tell(kind: Kind, packet: Buffer): void {
    const track = this.#tracks.get(kind);
    if (track?.isOpen()) track.sendMessageBinary(packet);
  }

  close(): void {
    this.#connection.close();
  }

  #addTrack(mid: string, { kind, direction, codec, layers = 1 }: Section): void {
    const media = kind === 'audio' ? new Audio(mid, directions[direction]) : new Video(mid, directions[direction]);
    const { payloadType, ssrc } = streams[kind];
    if (media instanceof Audio) media.addOpusCodec(payloadType);
    else if (codec === 'H264') media.addH264Codec(payloadType);
    else media.addVP8Codec(payloadType);
    if (direction !== 'recvonly') {
      for (let layer = 0; layer < layers; layer += 1) media.addSSRC(ssrc + layer, 'peer', 'stream', kind);
    }
    const track = this.#connection.addTrack(media);
    kept.push(this.#connection, media, track);
    const { onRtp, onRtcp } = this.#options;
    track.onMessage((packet) => {
      this.#guard(() => {
        (isRtp(packet) ? onRtp : onRtcp)?.(kind, packet);
      });
    });
    this.#tracks.set(kind, track);
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#options.onFailure(error);
    }
  }
}

/** Says which streams are one picture, which the library has no word for (SIM, as browsers understand it). */
function withLayers(sdp: string, layers: number): string {
  if (layers === 1) return sdp;
  const ssrcs = Array.from({ length: layers }, (_, layer) => layerSsrc(layer));
  return sdp.replace(`a=ssrc:${layerSsrc(0)} `, `a=ssrc-group:SIM ${ssrcs.join(' ')}\r\n$&`);
}

/** RTP or RTCP (RFC 5761 §4): RTCP has 192 to 223 in its second byte, its packet type. */
export function isRtp(packet: Buffer): boolean {
  const second = packet[1] ?? 0;
  return packet.length >= 12 && (second < 192 || second > 223);
}
