import { parseRtcp } from '../media/embedded/rtp/rtcp.js';
import { layerSsrc } from './synthetic-connection.js';
import type { Kind, SyntheticConnection } from './synthetic-connection.js';
import { audioPacket, videoPackets } from './synthetic-media.js';

const audioEveryMs = 20;
const framesPerSecond = 30;
/** Without being asked, so that a recorder or a late receiver need not wait for long. */
const keyframeEvery = 10 * framesPerSecond;
/** By how much a keyframe is larger than another frame. */
const keyframeFactor = 4;
/** Of the largest size of a picture, in pixels, as cameras have it. The next one has half the width, and a quarter of the bit rate. */
const largestWidth = 1280;
/** What the timer may be late, in frames, before the rest is left out: a machine that cannot keep up sends less. */
const mostAtOnce = 5;

export interface PublishedMediaOptions {
  readonly connection: SyntheticConnection;
  readonly kinds: readonly Kind[];
  /** Of the picture, in its largest size. */
  readonly kbps: number;
  /** In how many sizes the picture is sent. */
  readonly layers: number;
}

/** One size of the picture. */
interface Layer {
  readonly ssrc: number;
  readonly width: number;
  /** Of a frame that is no keyframe. */
  readonly bytes: number;
  sequence: number;
}

/** Sends sound of 50 packets and pictures of 30 frames a second, until it is closed. */
export class PublishedMedia {
  readonly #options: PublishedMediaOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #began = performance.now();
  #audioPackets = 0;
  #audioSequence = 0;
  readonly #layers: readonly Layer[];
  #frames = 0;
  #isKeyframeWanted = true;
  /** The sizes that are sent, the smallest first; undefined: all. */
  layersWanted: readonly boolean[] | undefined;
  packets = 0;
  bytes = 0;

  constructor(options: PublishedMediaOptions) {
    this.#options = options;
    const { kbps, layers } = options;
    this.#layers = Array.from({ length: layers }, (_, place) => {
      const half = 2 ** (layers - 1 - place);
      const bytes = (kbps * 1_000) / 8 / framesPerSecond / half ** 2;
      return { ssrc: layerSsrc(place), width: largestWidth / half, bytes, sequence: 0 };
    });
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
    for (let frame = Math.max(this.#frames, due - mostAtOnce); frame < due; frame += 1) {
      const isKeyframe = this.#isKeyframeWanted || frame % keyframeEvery === 0;
      this.#isKeyframeWanted = false;
      const timestamp = frame * (90_000 / framesPerSecond);
      for (const [place, layer] of this.#layers.entries()) {
        if (this.layersWanted?.[place] === false) continue;
        const { ssrc, width, sequence } = layer;
        const bytes = isKeyframe ? layer.bytes * keyframeFactor : layer.bytes;
        const packets = videoPackets({ ssrc, width, sequence, timestamp, isKeyframe, bytes });
        layer.sequence += packets.length;
        for (const packet of packets) this.#send('video', packet);
      }
    }
    this.#frames = due;
  }

  #send(kind: Kind, packet: Buffer): void {
    this.#options.connection.send(kind, packet);
    this.packets += 1;
    this.bytes += packet.length;
  }
}
