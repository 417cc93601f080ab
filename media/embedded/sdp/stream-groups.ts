/** How the streams of one section belong together, as its sender says (RFC 5576 §4.2). */
export interface StreamGroups {
  /** SSRC of the media by SSRC of its retransmissions (FID, RFC 4588 §8.6). */
  readonly repaired: ReadonlyMap<number, number>;
  /** SSRCs of the same picture in several sizes, the smallest first (SIM, which browsers still understand). Of more than three the largest. */
  readonly layers: readonly (readonly number[])[];
}

/** Layers of a picture that are taken. */
export const mostLayers = 3;

/** Reads the values of `a=ssrc-group`. A group that we do not know, or that cannot be read, is left out. */
export function parseStreamGroups(values: readonly string[]): StreamGroups {
  const groups = values.map((value) => {
    const [semantics = '', ...words] = value.split(' ');
    return { semantics, ssrcs: words.map(Number).filter(isSsrc) };
  });
  const pairs = groups.flatMap(({ semantics, ssrcs: [media, repair] }) =>
    semantics === 'FID' && media !== undefined && repair !== undefined ? [[repair, media] as const] : [],
  );
  return {
    repaired: new Map(pairs),
    layers: groups.filter(({ semantics }) => semantics === 'SIM').map(({ ssrcs }) => ssrcs.slice(-mostLayers)),
  };
}

function isSsrc(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number <= 0xffff_ffff;
}
