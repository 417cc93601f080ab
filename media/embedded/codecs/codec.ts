import type { FrameAssembler } from './frame.js';
import type { PictureNumbers } from './picture-numbers.js';
import { noNumbers } from './picture-numbers.js';
import type { TemporalTraits } from './temporal.js';

/** Everything that the engine knows of one codec. */
export interface CodecTraits {
  /** As in `a=rtpmap`; compared without case. */
  readonly name: string;
  readonly kind: RtpKind;
  /** Ticks of RTP timestamps per second. */
  readonly clockRate: number;
  /** Channels of sound, as in `a=rtpmap`; undefined: not written. */
  readonly channels?: number;
  readonly offer: CodecOffer;
  readonly matroska: MatroskaCodec;
  /** Whether the engine takes the codec with these parameters (the text of `a=fmtp`). Default: always. */
  readonly accepts?: (parameters: string) => boolean;
  /** Whether these parameters are better than others that are accepted. Default: never. */
  readonly prefers?: (parameters: string) => boolean;
  /** Its packets may come with copies of earlier ones (RED, RFC 2198). Default: no. */
  readonly repeatable?: boolean;
  /** A receiver of that codec takes this one too; one of this one need not take that. */
  readonly carriedBy?: Codec;
  /**
   * How far a receiver of `receiver` (the text of `a=fmtp`) is from a source of `source`: 0 when it asks for the same;
   * undefined when it cannot take it. Default: 0.
   */
  readonly distance?: (source: string, receiver: string) => number | undefined;
  /**
   * Whether a decoder can begin with the RTP payload that starts at `offset`, which has one byte at least. Default:
   * always.
   */
  readonly startsKeyframe?: (packet: Buffer, offset: number) => boolean;
  /** The size of the picture, where the packet that starts a keyframe tells it. Default: none does. */
  readonly keyframeSize?: (packet: Buffer, offset: number) => PictureSize | undefined;
  /** Finds the numbers of the RTP payload that starts at `offset`. Default: it has none. */
  readonly pictureNumbers?: (packet: Buffer, offset: number) => PictureNumbers;
  /** Default: receivers get all pictures. Those that are left out leave no gap in the numbers of pictures. */
  readonly temporal?: TemporalTraits;
  /**
   * The header extension, by its name, that tells receivers which pictures depend on which. It is passed on to those that take it; its
   * second and third byte number the pictures. Default: none.
   */
  readonly descriptor?: string;
  /** Makes an assembler for one stream. */
  readonly assembler: () => FrameAssembler;
}

/** In pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export type RtpKind = 'audio' | 'video';

/** What our offers say of a codec. */
export interface CodecOffer {
  readonly payloadType: number;
  /** Payload type of retransmissions (RFC 4588); undefined: none are offered. No two codecs share a payload type. */
  readonly repairType?: number;
  /** The text of `a=fmtp`; empty: none. */
  readonly parameters: string;
}

/** How a codec is written into a file (RFC 9559 §5.1.4.1). */
export interface MatroskaCodec {
  readonly id: string;
  /** False when only Matroska may hold it, and WebM may not. */
  readonly inWebm: boolean;
  /** Time that a decoder needs after a jump before it plays correctly, in ns. */
  readonly seekPreRoll?: number;
}

/** A codec that the engine forwards and records. It decodes none. */
export type Codec = Readonly<Required<Omit<CodecTraits, 'channels' | 'carriedBy' | 'temporal' | 'descriptor'>>> & {
  readonly descriptor: string | undefined;
  readonly channels: number | undefined;
  readonly temporal: TemporalTraits | undefined;
  readonly carriedBy: Codec | undefined;
};

/** Gives all codecs the same fields in the same order: V8 reads them faster, which matters for each packet. */
export function defineCodec(traits: CodecTraits): Codec {
  const { name, kind, clockRate, channels, offer, matroska, assembler, carriedBy, temporal, descriptor } = traits;
  const {
    accepts = always,
    prefers = never,
    startsKeyframe = always,
    keyframeSize = unknown,
    distance = none,
    repeatable = false,
    pictureNumbers = unnumbered,
  } = traits;
  const negotiated = { channels, offer, accepts, prefers, carriedBy, distance, repeatable, descriptor };
  const read = { startsKeyframe, keyframeSize, pictureNumbers, temporal };
  return { name, kind, clockRate, ...negotiated, matroska, ...read, assembler };
}

const always = (): boolean => true;
const never = (): boolean => false;
const none = (): number => 0;
const unknown = (): undefined => undefined;
const unnumbered = (): PictureNumbers => noNumbers;
