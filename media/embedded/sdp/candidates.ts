import { isIP } from 'node:net';

/** An ICE candidate (RFC 8839 §5.1). */
export interface Candidate {
  readonly foundation: string;
  readonly component: string;
  readonly transport: string;
  readonly priority: number;
  readonly address: string;
  readonly port: number;
  /** `host`, `srflx`, `prflx` or `relay`. */
  readonly type: string;
  /** The text from `typ` on. */
  readonly rest: string;
}

/**
 * True when we can send checks to the candidate: UDP, first component, a literal address. Host names are not
 * resolved: a client could make the server ask its own network. Browsers that hide their address behind a name reach
 * us anyway.
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

/** Undefined when the text is no candidate. */
export function parseCandidate(text: string): Candidate | undefined {
  const match = /^(?:a=)?candidate:(\S{1,64}) (\d{1,3}) (\S+) (\d{1,10}) (\S+) (\d{1,5}) (typ (\S+).*)$/.exec(
    text.trim(),
  );
  if (!match) return undefined;
  const [, foundation = '', component = '', transport = '', priority = '', address = '', port = ''] = match;
  const [rest = '', type = ''] = match.slice(7);
  return { foundation, component, transport, priority: Number(priority), address, port: Number(port), type, rest };
}
