import { parseRtcp } from '../media/embedded/rtp/rtcp.js';
import type { Kind, SyntheticConnection } from './synthetic-connection.js';
import { audioPacket, videoPackets } from './synthetic-media.js';

const audioEveryMs = 20;
const framesPerSecond = 30;
/** Without being asked, so that a recorder or a late receiver need not wait for long. */
const keyframeEvery = 10 * framesPerSecond;
/** By how much a keyframe is larger than another frame. */
const keyframeFactor = 4;
/** What the timer may be late, in frames, before the rest is left out: a machine that cannot keep up sends less. */
const mostAtOnce = 5;

export interface PublishedMediaOptions {
  readonly connection: SyntheticConnection;
  readonly kinds: readonly Kind[];
  /** Of the picture. */
  readonly kbps: number;
}

/** Sends sound of 50 packets and pictures of 30 frames a second, until it is closed. */
export class PublishedMedia {
  readonly #options: PublishedMediaOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #began = performance.now();
  #audioPackets = 0;
  #audioSequence = 0;
  #videoSequence = 0;
  #frames = 0;
  #isKeyframeWanted = true;
  packets = 0;
  bytes = 0;

  constructor(options: PublishedMediaOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#sendWhatIsDue();
    }, audioEveryMs / 2);
  }

  /** @param packet a compound of RTCP, in which a keyframe may be asked for */
  hearControl(packet: Buffer): void {
    if (parseRtcp(packet).some(({ type }) => type === 'pictureLoss' || type === 'fullIntra'))
      this.#isKeyframeWanted = true;
  }

  /** In kbit/s, until now. */
  get kbps(): number {
    return (this.bytes * 8) / Math.max(1, performance.now() - this.#began);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sendWhatIsDue(): void {
    const elapsedMs = performance.now() - this.#began;
    const { kinds } = this.#options;
    if (kinds.includes('audio')) this.#sendAudio(Math.floor(elapsedMs / audioEveryMs));
    if (kinds.includes('video')) this.#sendVideo(Math.floor((elapsedMs * framesPerSecond) / 1_000));
  }

  #sendAudio(due: number): void {
    const first = Math.max(this.#audioPackets, due - mostAtOnce);
    for (let packet = first; packet < due; packet += 1) {
      this.#send('audio', audioPacket({ sequence: this.#audioSequence, timestamp: packet * 960 }));
      this.#audioSequence += 1;
    }
    this.#audioPackets = due;
  }

  #sendVideo(due: number): void {
    const usual = (this.#options.kbps * 1_000) / 8 / framesPerSecond;
    for (let frame = Math.max(this.#frames, due - mostAtOnce); frame < due; frame += 1) {
      const isKeyframe = this.#isKeyframeWanted || frame % keyframeEvery === 0;
      this.#isKeyframeWanted = false;
      const packets = videoPackets({
        sequence: this.#videoSequence,
        timestamp: frame * (90_000 / framesPerSecond),
        isKeyframe,
        bytes: isKeyframe ? usual * keyframeFactor : usual,
      });
      this.#videoSequence += packets.length;
      for (const packet of packets) this.#send('video', packet);
    }
    this.#frames = due;
  }

  #send(kind: Kind, packet: Buffer): void {
    this.#options.connection.send(kind, packet);
    this.packets += 1;
    this.bytes += packet.length;
  }
}
