import { z } from 'zod';

const maxPairs = 64;
/** Characters of a word of the browser, such as `in-progress`. */
const maxWord = 32;

const candidateType = z
  .enum(['host', 'srflx', 'prflx', 'relay', 'unknown'])
  .meta({ description: 'As in RFC 8445 §5.1.1' });

/** Two addresses between which a connection was tried. */
const candidatePair = z.object({
  local: candidateType,
  remote: candidateType,
  protocol: z.string().max(maxWord).meta({ description: 'Such as `udp`, or `udp over tls` through a relay' }),
  state: z.string().max(maxWord).meta({ description: 'As in RTCIceCandidatePairStats' }),
});

export type CandidatePair = z.output<typeof candidatePair>;

export const candidatePairs = z.array(candidatePair).max(maxPairs).meta({ description: 'Those that were tried' });

/** The candidates of both sides, as a media server has them: text as in RTCIceCandidateInit. */
interface TriedCandidates {
  readonly own: readonly string[];
  readonly remote: readonly string[];
}

/** The pairs that a media server and a client can have tried, as the client sees them. */
export function pairsOf({ own, remote }: TriedCandidates): readonly CandidatePair[] {
  const servers = own.map(read);
  return remote
    .map(read)
    .flatMap(({ type: local, protocol }) =>
      servers
        .filter((server) => server.protocol === protocol)
        .map((server) => ({ local, remote: server.type, protocol, state: 'failed' })),
    );
}

/** Such as `host-srflx udp failed (2)`: those that are alike are counted. */
export function pairsInShort(pairs: readonly CandidatePair[]): string {
  const counts = new Map<string, number>();
  for (const { local, remote, protocol, state } of pairs) {
    const pair = `${local}-${remote} ${protocol} ${state}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  if (counts.size === 0) return 'none';
  return [...counts].map(([pair, count]) => (count === 1 ? pair : `${pair} (${count})`)).join(', ');
}

/** RFC 8839 §5.1: foundation, component, protocol, priority, address, port, `typ`, type. */
function read(candidate: string): { readonly type: CandidatePair['local']; readonly protocol: string } {
  const [, , protocol = 'unknown', , , , , type] = candidate.split(' ');
  return { type: candidateType.catch('unknown').parse(type), protocol: protocol.toLowerCase().slice(0, maxWord) };
}
