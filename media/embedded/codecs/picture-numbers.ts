/** Where a payload descriptor of VP8 or VP9 has its numbers. */
export interface PictureNumbers {
  /** The picture number (PictureID); undefined: there is none. */
  readonly picture: { readonly at: number; readonly bits: 7 | 15 } | undefined;
  /** Where the number of the lowest layer is (TL0PICIDX, 8 bits); undefined: there is none. */
  readonly layerAt: number | undefined;
}

export const noNumbers: PictureNumbers = { picture: undefined, layerAt: undefined };

/** Reads the width of a picture number (M, the first bit). */
export function pictureAt(bytes: Buffer, at: number): { readonly at: number; readonly bits: 7 | 15 } {
  return { at, bits: (bytes[at] ?? 0) & 0x80 ? 15 : 7 };
}
