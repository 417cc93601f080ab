/** Codecs without a picture of their own: they go with those that remain. */
const helpers = ['rtx', 'red', 'ulpfec', 'flexfec-03'];

/**
 * Leaves one video codec in an offer, for sessions with a forced one.
 * @param codec as `VP8`
 * @returns undefined when a section offers video without it
 */
export function withVideoCodec(sdpOffer: string, codec: string): string | undefined {
  const [head = '', ...sections] = sdpOffer.split(/(?=^m=)/m);
  const kept: string[] = [];
  for (const section of sections) {
    const restricted = /^m=video [1-9]/.test(section) ? restrict(section, codec.toLowerCase()) : section;
    if (restricted === undefined) return undefined;
    kept.push(restricted);
  }
  return [head, ...kept].join('');
}

function restrict(section: string, codec: string): string | undefined {
  const names = new Map(
    [...section.matchAll(/^a=rtpmap:(\d+) ([\w.-]+)\//gm)].map(([, id = '', name = '']) => [id, name.toLowerCase()]),
  );
  const wanted = new Set([...names].filter(([, name]) => name === codec).map(([id]) => id));
  if (wanted.size === 0) return undefined;
  // A retransmission names what it retransmits.
  const repeats = new Map(
    [...section.matchAll(/^a=fmtp:(\d+) .*?\bapt=(\d+)/gm)].map(([, id = '', of = '']) => [id, of]),
  );
  const stays = (id: string): boolean => {
    if (wanted.has(id)) return true;
    const name = names.get(id) ?? '';
    const of = repeats.get(id);
    return helpers.includes(name) && (of === undefined || wanted.has(of));
  };
  const [first = '', ...lines] = section.split(/(?<=\n)/);
  const [, start = '', ids = '', end = ''] = /^(m=video \S+ \S+ )([\d ]+)(\s*)$/.exec(first) ?? [];
  const left = ids.split(' ').filter(stays);
  const others = lines.filter((line) => {
    const [, id] = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line) ?? [];
    return id === undefined || stays(id);
  });
  return [`${start}${left.join(' ')}${end}`, ...others].join('');
}
