import type { Codec } from '../codecs/codec.js';
import type { PictureNumbers } from '../codecs/picture-numbers.js';
import { headerSize } from './rtp-packet.js';

/**
 * Lets the pictures of one stream follow those of another. Each stream counts its pictures from a number of its own. A
 * decoder that gets one after another takes those with a smaller number for old ones, and shows none of them.
 */
export class PictureShift {
  readonly #codec: Codec;
  readonly #picture: number;
  readonly #layer: number;

  /** `next`: the first packet that follows. `former`: the last one before it, as it was passed on. */
  constructor(codec: Codec, former: Buffer, next: Buffer) {
    this.#codec = codec;
    const [before, after] = [former, next].map((body) => read(body, codec.pictureNumbers(body, headerSize)));
    this.#picture =
      before?.picture !== undefined && after?.picture !== undefined ? before.picture + 1 - after.picture : 0;
    this.#layer = before?.layer !== undefined && after?.layer !== undefined ? before.layer + 1 - after.layer : 0;
  }

  /** Writes the numbers of one packet anew. */
  apply(body: Buffer): void {
    const { picture, layerAt } = this.#codec.pictureNumbers(body, headerSize);
    if (picture?.bits === 15 && picture.at + 1 < body.length)
      body.writeUInt16BE(((body.readUInt16BE(picture.at) + this.#picture) & 0x7fff) | 0x8000, picture.at);
    else if (picture?.bits === 7 && picture.at < body.length)
      body[picture.at] = ((body[picture.at] ?? 0) + this.#picture) & 0x7f;
    if (layerAt !== undefined && layerAt < body.length) body[layerAt] = ((body[layerAt] ?? 0) + this.#layer) & 0xff;
  }
}

function read(
  body: Buffer,
  { picture, layerAt }: PictureNumbers,
): { picture: number | undefined; layer: number | undefined } {
  const layer = layerAt === undefined ? undefined : body[layerAt];
  if (!picture || picture.at + 1 >= body.length) return { picture: undefined, layer };
  return { picture: picture.bits === 15 ? body.readUInt16BE(picture.at) & 0x7fff : (body[picture.at] ?? 0), layer };
}
