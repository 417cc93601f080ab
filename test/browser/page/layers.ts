/** Adds two sizes of the picture to an offer, in the way of libraries from before RFC 8853: by a group of streams. */
export function offerLayers(sdp: string): string {
  const [, media, repair] = /^a=ssrc-group:FID (\d+) (\d+)\r$/m.exec(sdp) ?? [];
  if (!media || !repair) throw new Error('the offer has no video');
  const [firsts, repairs] = [media, repair].map((first) => [0, 1, 2].map((step) => String(Number(first) + step)));
  const linesOf = (ssrc: string, former: string): string[] =>
    sdp
      .split('\r\n')
      .filter((line) => line.startsWith(`a=ssrc:${former} `))
      .map((line) => line.replace(former, ssrc));
  const lines = [
    `a=ssrc-group:SIM ${firsts?.join(' ')}`,
    ...(firsts ?? []).flatMap((ssrc, layer) => {
      const again = repairs?.[layer] ?? '';
      return [`a=ssrc-group:FID ${ssrc} ${again}`, ...linesOf(ssrc, media), ...linesOf(again, repair)];
    }),
  ];
  const own = new RegExp(`^a=ssrc(-group:FID|:${media}|:${repair}) .*\\r\\n`, 'gm');
  let isWritten = false;
  return sdp.replace(own, () => {
    if (isWritten) return '';
    isWritten = true;
    return lines.map((line) => `${line}\r\n`).join('');
  });
}
