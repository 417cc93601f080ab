/** One picture, or one packet of sound, as it goes into the file. */
export interface Frame {
  readonly chunks: readonly Buffer[];
  /** A decoder can begin with it. */
  readonly isKey: boolean;
  /** In pixels; keyframes of video have them. */
  readonly width?: number;
  readonly height?: number;
  /** What a decoder needs before the first frame (CodecPrivate of Matroska). */
  readonly codecPrivate?: Buffer;
}

/** Puts the payloads of one frame together. */
export interface FrameAssembler {
  /** Takes the next payload of the frame; false when it does not fit what came before. */
  add(payload: Buffer): boolean;
  /** The frame; undefined when it is not whole. Either way the next payload begins another frame. */
  finish(): Frame | undefined;
  /** Forgets the frame it has begun. */
  reset(): void;
}
