import type { Codec } from '../codecs/codec.js';
import type { PacketRing } from './packet-ring.js';
import { headerSize } from './rtp-packet.js';

/** The numbers of one picture. */
export interface Picture {
  readonly codec: Codec;
  /** Undefined when its sender does not number pictures, or layers. */
  readonly picture: number | undefined;
  readonly layer: number | undefined;
}

/**
 * Lets the pictures of one stream follow those of another. Each stream counts its pictures from a number of its own. A
 * decoder that gets one after another takes those with a smaller number for old ones, and shows none of them.
 */
export class PictureShift {
  readonly #codec: Codec;
  readonly #picture: number;
  readonly #layer: number;

  private constructor(codec: Codec, picture: number, layer: number) {
    this.#codec = codec;
    this.#picture = picture;
    this.#layer = layer;
  }

  /** `former`: the last picture before. `next`: the first packet that follows. Undefined when there is nothing to do. */
  static between(former: Picture | undefined, codec: Codec, next: Buffer): PictureShift | undefined {
    if (former?.codec !== codec) return undefined;
    const first = pictureOf(codec, next);
    const picture = stepTo(former.picture, first.picture);
    const layer = stepTo(former.layer, first.layer);
    return picture === 0 && layer === 0 ? undefined : new PictureShift(codec, picture, layer);
  }

  /** For the pictures after one that is left out. `shift`: undefined: there was nothing to do before it. */
  static afterGap(shift: PictureShift | undefined, codec: Codec): PictureShift {
    return new PictureShift(codec, (shift ? shift.#picture : 0) - 1, shift ? shift.#layer : 0);
  }

  /** Writes the numbers of one packet anew. */
  apply(body: Buffer): void {
    this.#add(body, this.#picture, this.#layer);
  }

  /** Writes the former numbers again. */
  undo(body: Buffer): void {
    this.#add(body, -this.#picture, -this.#layer);
  }

  /** The numbers of a picture, as `apply` writes them. */
  of({ codec, picture, layer }: Picture): Picture {
    return {
      codec,
      picture: picture === undefined ? undefined : picture + this.#picture,
      layer: layer === undefined ? undefined : layer + this.#layer,
    };
  }

  #add(body: Buffer, pictures: number, layers: number): void {
    const { picture, layerAt } = this.#codec.pictureNumbers(body, headerSize);
    if (picture?.bits === 15 && picture.at + 1 < body.length)
      body.writeUInt16BE(((body.readUInt16BE(picture.at) + pictures) & 0x7fff) | 0x8000, picture.at);
    else if (picture?.bits === 7 && picture.at < body.length)
      body[picture.at] = ((body[picture.at] ?? 0) + pictures) & 0x7f;
    if (layerAt !== undefined && layerAt < body.length) body[layerAt] = ((body[layerAt] ?? 0) + layers) & 0xff;
  }
}

/** The last picture of a stream that has numbers, of the packets from `last` back to `first`; undefined: none has. */
export function lastPicture(codec: Codec, ring: PacketRing, first: number, last: number): Picture | undefined {
  for (let number = last; number >= Math.max(first, last - ring.size + 1); number--) {
    const body = ring.get(number)?.body;
    const picture = body && pictureOf(codec, body);
    if (picture && (picture.picture ?? picture.layer) !== undefined) return picture;
  }
  return undefined;
}

function pictureOf(codec: Codec, body: Buffer): Picture {
  const { picture, layerAt } = codec.pictureNumbers(body, headerSize);
  const layer = layerAt === undefined ? undefined : body[layerAt];
  if (!picture || picture.at + 1 >= body.length) return { codec, picture: undefined, layer };
  const number = picture.bits === 15 ? body.readUInt16BE(picture.at) & 0x7fff : (body[picture.at] ?? 0);
  return { codec, picture: number, layer };
}

function stepTo(former: number | undefined, next: number | undefined): number {
  return former === undefined || next === undefined ? 0 : former + 1 - next;
}
