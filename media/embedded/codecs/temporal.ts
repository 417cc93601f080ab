/**
 * How the payload descriptors of a codec tell which pictures a receiver can do without. Pictures of layer 0 need no others; those of each
 * layer need only those of the layers below it, and of their own.
 */
export interface TemporalTraits {
  /** Of the picture of the RTP payload that starts at `offset`; -1: it does not say. */
  readonly layerOf: (packet: Buffer, offset: number) => number;
  /** Whether a receiver that was sent none of that layer lately, but all below it, may be sent them from this picture on. */
  readonly mayBegin: (packet: Buffer, offset: number) => boolean;
}
