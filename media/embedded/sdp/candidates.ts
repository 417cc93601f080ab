import { isIP } from 'node:net';

/** RFC 8839 §5.1. */
export interface Candidate {
  readonly foundation: string;
  readonly component: string;
  readonly transport: string;
  readonly priority: number;
  readonly address: string;
  readonly port: number;
  /** `host`, `srflx`, `prflx` or `relay`. */
  readonly type: string;
  /** From the type on. */
  readonly rest: string;
}

/**
 * True for what we can send checks to: UDP, first component, a literal address. Names are left alone: resolving what a client
 * sends would make the server ask its own network, and browsers that hide their address behind a name reach us anyway.
 */
export function isUsableCandidate(text: string): boolean {
  const candidate = parseCandidate(text);
  return (
    candidate?.component === '1' &&
    candidate.transport.toLowerCase() === 'udp' &&
    isIP(candidate.address) !== 0 &&
    candidate.port > 0 &&
    candidate.port < 65536
  );
}

/** The parts of a candidate; undefined for what is none. */
export function parseCandidate(text: string): Candidate | undefined {
  const match = /^(?:a=)?candidate:(\S{1,64}) (\d{1,3}) (\S+) (\d{1,10}) (\S+) (\d{1,5}) (typ (\S+).*)$/.exec(
    text.trim(),
  );
  if (!match) return undefined;
  const [, foundation = '', component = '', transport = '', priority = '', address = '', port = ''] = match;
  const [rest = '', type = ''] = match.slice(7);
  return { foundation, component, transport, priority: Number(priority), address, port: Number(port), type, rest };
}
