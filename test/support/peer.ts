import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { IceCandidate } from '../../media/port.js';
import { levelId, midId, peerReport, ridId, type PeerCommand, type PeerReport, type Section } from './peer-messages.js';
import { testProgram } from './programs.js';
import { until } from './until.js';

export interface PeerOptions {
  readonly sections: readonly Section[];
  /** Called for each local candidate, after the answer was applied. */
  readonly onCandidate?: (candidate: IceCandidate) => void;
  /** Default: every address of the machine but loopback. */
  readonly bindAddress?: string | undefined;
}

/** The handshake can take long on a busy machine. */
const connectingMs = 45_000;

const audioAndVideo = ['audio', 'video'] as const;

export function sections(
  direction: Section['direction'],
  kinds: readonly Section['kind'][] = audioAndVideo,
): Section[] {
  return kinds.map((kind) => ({ kind, direction }));
}

/** The offer of a peer whose packets of audio say how loud they are (RFC 6464). */
export function withLevels(offer: string): string {
  return offer.replace(
    /^m=audio [^]*?^a=mid:.*\r\n/m,
    `$&a=extmap:${levelId} urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n`,
  );
}

/**
 * The offer of OBS from 32.1 on, which sends its picture in several sizes: its own stack is libdatachannel, too, and adds these lines. The
 * names are given, the smallest first.
 */
export function withRids(offer: string, rids: readonly string[]): string {
  const extensions = [
    `a=extmap:${midId} urn:ietf:params:rtp-hdrext:sdes:mid`,
    `a=extmap:${ridId} urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id`,
  ];
  const lines = [...extensions, ...rids.map((rid) => `a=rid:${rid} send`), `a=simulcast:send ${rids.join(';')}`];
  return offer
    .replace(/^m=video [^]*?^a=mid:.*\r\n/m, `$&${lines.join('\r\n')}\r\n`)
    .replaceAll(/^a=ssrc:.*\r\n/gm, '');
}

/** A WebRTC client with a real stack (libdatachannel): Opus and VP8, no picture. */
export class Peer {
  offer = '';
  /** The RTCPeerConnectionState of the connection. */
  state = 'new';
  /** The number of RTP packets so far. */
  readonly received = { audio: 0, video: 0 };
  /** Their sequence numbers. */
  readonly videoSequence: number[] = [];
  /** Of the RTCP packets so far. */
  readonly controlTypes: number[] = [];
  /** How often a keyframe was asked for. */
  keyframesWanted = 0;
  /** What it may send at most, in bit/s, as it was told last. */
  bitrateLimit: number | undefined;
  failure: string | undefined;
  readonly #id: number;
  readonly #options: PeerOptions;
  readonly #tell: (command: PeerCommand) => void;
  #closed = false;

  constructor(id: number, options: PeerOptions, tell: (command: PeerCommand) => void) {
    this.#id = id;
    this.#options = options;
    this.#tell = tell;
    const { bindAddress } = options;
    tell({
      type: 'open',
      peer: id,
      sections: [...options.sections],
      ...(bindAddress !== undefined && { bindAddress }),
    });
  }

  accept(sdpAnswer: string): void {
    this.#tell({ type: 'answer', peer: this.#id, sdp: sdpAnswer });
  }

  addCandidate({ candidate, sdpMid }: Pick<IceCandidate, 'candidate' | 'sdpMid'>): void {
    this.#tell({ type: 'candidate', peer: this.#id, candidate, mid: sdpMid });
  }

  /**
   * Sends 50 packets a second on each sending section, as soon as it is connected.
   * @param level how loud those of audio say they are, in dB below the loudest sound; see `withLevels`
   */
  send(level?: number): void {
    this.#tell({ type: 'send', peer: this.#id, ...(level !== undefined && { level }) });
  }

  /** Video packets with these numbers, the first one a keyframe. */
  sendVideo(first: number, last: number): void {
    this.#tell({ type: 'send video', peer: this.#id, first, last });
  }

  /**
   * Sends a film of H.264 with sound, over and over, as soon as it is connected: pictures that a browser shows.
   * @param rids in so many sizes, the smallest first; see `withRids`
   */
  play(rids?: readonly string[]): void {
    this.#tell({ type: 'play', peer: this.#id, ...(rids && { rids: [...rids] }) });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#tell({ type: 'close', peer: this.#id });
  }

  async connected(): Promise<void> {
    await until('the peer is connected', () => this.#alive() && this.state === 'connected', connectingMs);
  }

  async receives(least: { readonly audio?: number; readonly video?: number }): Promise<void> {
    const { audio = 0, video = 0 } = least;
    const enough = () => this.#alive() && this.received.audio >= audio && this.received.video >= video;
    await until(`the peer receives ${audio} audio and ${video} video packets`, enough);
  }

  heard(report: PeerReport): void {
    switch (report.type) {
      case 'ready':
        break;
      case 'offer':
        this.offer = report.sdp;
        break;
      case 'candidate':
        this.#options.onCandidate?.({
          candidate: report.candidate.replace(/^a=/, ''),
          sdpMid: report.mid,
          sdpMLineIndex: Number(report.mid),
        });
        break;
      case 'state':
        this.state = report.state;
        break;
      case 'received':
        this.received[report.kind] += 1;
        if (report.kind === 'video') this.videoSequence.push(report.sequence);
        break;
      case 'control':
        this.controlTypes.push(report.packetType);
        break;
      case 'keyframe wanted':
        this.keyframesWanted += 1;
        break;
      case 'bitrate limit':
        this.bitrateLimit = report.bitrate;
        break;
      case 'failed':
        this.failure = report.message;
        break;
      default:
        report satisfies never;
    }
  }

  #alive(): boolean {
    if (this.failure !== undefined) throw new Error(this.failure);
    if (this.state === 'failed' || this.state === 'closed') throw new Error(`The peer's connection has ${this.state}`);
    return true;
  }
}

/** The process that holds the peers of a test file. */
export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #peers = new Map<number, Peer>();

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => {
      const report = peerReport.parse(message);
      if (report.type !== 'ready') this.#peers.get(report.peer)?.heard(report);
    });
  }

  static async start(): Promise<PeerProcess> {
    const child = fork(testProgram(new URL('peer-process.ts', import.meta.url)), { execArgv: [] });
    await once(child, 'message');
    return new PeerProcess(child);
  }

  /** A peer with its offer. */
  async open(options: PeerOptions): Promise<Peer> {
    const id = this.#peers.size + 1;
    const peer = new Peer(id, options, (command) => this.#child.send(command));
    this.#peers.set(id, peer);
    await until('the peer makes an offer', () => peer.offer !== '' || peer.failure !== undefined);
    if (peer.failure !== undefined) throw new Error(peer.failure);
    return peer;
  }

  closeAll(): void {
    for (const peer of this.#peers.values()) peer.close();
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}
