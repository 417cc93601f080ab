import type { FrameAssembler } from './frame.js';

/** What one codec has that others have not: everything the engine knows of it is in its file. */
export interface CodecTraits {
  /** As in `a=rtpmap`; compared without case. */
  readonly name: string;
  readonly kind: RtpKind;
  /** Ticks of its RTP timestamps in a second. */
  readonly clockRate: number;
  /** Channels of sound, as in `a=rtpmap`. */
  readonly channels?: number;
  readonly offer: CodecOffer;
  readonly matroska: MatroskaCodec;
  /** Whether the engine takes the codec with these parameters (the text of `a=fmtp`). Default: always. */
  readonly accepts?: (parameters: string) => boolean;
  /** Whether these parameters are better than others that are accepted too. Default: never. */
  readonly prefers?: (parameters: string) => boolean;
  /** Whether a decoder can begin with the RTP payload that starts at `offset`, which has one byte at least. Default: always. */
  readonly startsKeyframe?: (packet: Buffer, offset: number) => boolean;
  /** Puts the frames of one stream together. */
  readonly assembler: () => FrameAssembler;
}

export type RtpKind = 'audio' | 'video';

/** What our own offers say of a codec. The payload types of all codecs differ. */
export interface CodecOffer {
  readonly payloadType: number;
  /** Payload type of retransmissions (RFC 4588); undefined: a lost packet is not sent again on a stream of its own. */
  readonly repairType?: number;
  /** The text of `a=fmtp`; empty: none. */
  readonly parameters: string;
}

/** How a codec is written into a file (RFC 9559 §5.1.4.1). */
export interface MatroskaCodec {
  readonly id: string;
  /** False when only Matroska may hold it, and WebM may not. */
  readonly inWebm: boolean;
  /** What a decoder needs before it is right after a jump, in ns. */
  readonly seekPreRoll?: number;
}

/** A codec the engine forwards. It decodes none: it knows where a frame begins and which one is a key frame. */
export type Codec = Readonly<Required<Omit<CodecTraits, 'channels'>>> & { readonly channels: number | undefined };

/** All codecs have one shape: code that reads a field of it for each packet stays fast. */
export function defineCodec(traits: CodecTraits): Codec {
  const { name, kind, clockRate, channels, offer, matroska, assembler } = traits;
  const { accepts = always, prefers = never, startsKeyframe = always } = traits;
  return { name, kind, clockRate, channels, offer, matroska, accepts, prefers, startsKeyframe, assembler };
}

const always = (): boolean => true;
const never = (): boolean => false;
