/** An offer in which payload types change places, as a browser might have numbered its codecs. */
export function swapPayloadTypes(sdp: string, pairs: readonly (readonly [one: number, other: number])[]): string {
  const others = new Map(
    pairs.flatMap(([one, other]) => [[String(one), String(other)] as const, [String(other), String(one)] as const]),
  );
  const swapped = (type: string): string => others.get(type) ?? type;
  const all = (types: string): string => types.replace(/\d+/g, swapped);
  return sdp
    .replace(/^(m=(?:audio|video) \d+ \S+ )([\d ]+)/gm, (_line, start: string, types: string) => start + all(types))
    .replace(/^(a=(?:rtpmap|fmtp|rtcp-fb):)(\d+)/gm, (_line, start: string, type: string) => start + swapped(type))
    .replace(/\bapt=(\d+)/g, (_text, type: string) => `apt=${swapped(type)}`)
    .replace(/^(a=fmtp:\d+ )(\d+(?:\/\d+)+)/gm, (_line, start: string, types: string) => start + all(types));
}
