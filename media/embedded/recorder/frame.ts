import type { CodecName } from '../sdp/codec.js';

/** One picture, or one packet of sound, as it goes into the file. */
export interface Frame {
  readonly chunks: readonly Buffer[];
  /** It can be decoded without those before it. */
  readonly isKey: boolean;
  /** Of pictures, told by key frames. */
  readonly width?: number;
  readonly height?: number;
  /** What a decoder needs before the first frame. */
  readonly codecPrivate?: Buffer;
}

/** Puts the payloads of one frame together. */
export interface FrameAssembler {
  /** The next payload of the frame; false when it does not fit what came before. */
  add(payload: Buffer): boolean;
  /** The frame, when it is whole. Either way the next payload begins another. */
  finish(): Frame | undefined;
  reset(): void;
}

export interface TrackFormat {
  readonly codec: CodecName;
  readonly width?: number;
  readonly height?: number;
  readonly codecPrivate?: Buffer;
}
