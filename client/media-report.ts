import { entriesOf, type Entry } from './statistics.js';

/** Two addresses between which the browser tried to connect (RFC 8445 §5.1.1). */
export interface CandidatePair {
  /** How our own address was found: `host`, `srflx`, `prflx`, `relay`, or `unknown`. */
  readonly local: RTCIceCandidateType | 'unknown';
  /** How that of the server was found, in the same words. */
  readonly remote: RTCIceCandidateType | 'unknown';
  /** `udp`, `tcp`; of a relay with how it is reached, such as `udp over tls`. */
  readonly protocol: string;
  /** As in RTCIceCandidatePairStats, such as `failed`. */
  readonly state: string;
}

/** What was tried to make one media connection. */
export interface MediaReport {
  /** As `RTCPeerConnection.connectionState`. */
  readonly connection: RTCPeerConnectionState;
  /** What was tried, in the order of the browser. */
  readonly pairs: readonly CandidatePair[];
  /** The way through a TURN server: there is none, it refused us, it did not answer, or it is there. */
  readonly relay: 'none' | 'refused' | 'unanswered' | 'ready';
}

/** @param relayRefused a TURN server has refused us */
export async function readReport(peer: RTCPeerConnection, relayRefused: boolean): Promise<MediaReport> {
  const entries = entriesOf(await peer.getStats());
  const candidates = new Map(
    entries
      .filter(({ type }) => type === 'local-candidate' || type === 'remote-candidate')
      .map((entry) => [entry.id, entry] as const),
  );
  const pairs = entries
    .filter(({ type }) => type === 'candidate-pair')
    .map((pair) => pairOf(pair, candidates.get(pair.localCandidateId), candidates.get(pair.remoteCandidateId)));
  const hasRelay = [...candidates.values()].some(
    ({ type, candidateType }) => type === 'local-candidate' && candidateType === 'relay',
  );
  const relay = !namesRelay(peer)
    ? ('none' as const)
    : hasRelay
      ? ('ready' as const)
      : relayRefused
        ? ('refused' as const)
        : ('unanswered' as const);
  return { connection: peer.connectionState, pairs, relay };
}

/** Whether the error says that a TURN server has refused us. 701: it was not reached (W3C WebRTC §4.8.2.1). */
export function isRefusal({ url, errorCode }: RTCPeerConnectionIceErrorEvent): boolean {
  return /^turns?:/.test(url) && errorCode !== 701;
}

const types: readonly RTCIceCandidateType[] = ['host', 'srflx', 'prflx', 'relay'];

function namesRelay(peer: RTCPeerConnection): boolean {
  const { iceServers = [] } = peer.getConfiguration();
  return iceServers.flatMap(({ urls }) => urls).some((url) => /^turns?:/.test(url));
}

function pairOf(pair: Entry, local: Entry | undefined, remote: Entry | undefined): CandidatePair {
  const { protocol = 'unknown', relayProtocol } = local ?? {};
  return {
    local: typeOf(local?.candidateType),
    remote: typeOf(remote?.candidateType),
    protocol: relayProtocol === undefined ? textOf(protocol) : `${textOf(protocol)} over ${textOf(relayProtocol)}`,
    state: textOf(pair.state),
  };
}

function typeOf(value: unknown): RTCIceCandidateType | 'unknown' {
  return types.find((type) => type === value) ?? 'unknown';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : 'unknown';
}
