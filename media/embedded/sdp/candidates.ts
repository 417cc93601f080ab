import { isIP, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** A host candidate for UDP (RFC 8839 §5.1). */
interface Candidate {
  readonly foundation: string;
  readonly component: string;
  readonly transport: string;
  readonly priority: number;
  readonly address: string;
  readonly port: number;
  readonly rest: string;
}

/**
 * True for what we can send checks to: UDP, first component, a literal address. Names are left alone: resolving what a client
 * sends would make the server ask its own network, and browsers that hide their address behind a name reach us anyway.
 */
export function isUsableCandidate(text: string): boolean {
  const candidate = parse(text);
  return (
    candidate?.component === '1' &&
    candidate.transport.toLowerCase() === 'udp' &&
    isIP(candidate.address) !== 0 &&
    candidate.port > 0 &&
    candidate.port < 65536
  );
}

/** Replaces the local addresses in candidates by those clients can reach, once for each port. */
export class AnnouncedAddresses {
  readonly #addresses: readonly string[];
  readonly #ports = new Set<number>();

  /** `addresses` empty: local addresses are told as they are. */
  constructor(addresses: readonly string[]) {
    this.#addresses = addresses;
  }

  /** What to tell instead of this candidate; one object of this class serves one transport. */
  replace(text: string): string[] {
    if (this.#addresses.length === 0) return [text];
    const candidate = parse(text);
    if (!candidate) return [text];
    if (this.#ports.has(candidate.port)) return [];
    this.#ports.add(candidate.port);
    return this.#addresses.map((address, index) => {
      const priority = candidate.priority - index * 256;
      return `candidate:${index + 1} 1 ${candidate.transport} ${priority} ${address} ${candidate.port} ${candidate.rest}`;
    });
  }
}

/**
 * The address to bind to when none was asked for: loopback when the machine has nothing else, otherwise all (undefined).
 * Loopback is not told to clients next to real addresses: they reach those from the same machine too.
 */
export function defaultBindAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const reachable = all.some(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'));
  if (reachable) return undefined;
  return all.find(({ address }) => isIPv4(address))?.address ?? '127.0.0.1';
}

function parse(text: string): Candidate | undefined {
  const match = /^(?:a=)?candidate:(\S{1,64}) (\d{1,3}) (\S+) (\d{1,10}) (\S+) (\d{1,5}) (typ .+)$/.exec(text.trim());
  if (!match) return undefined;
  const [, foundation = '', component = '', transport = '', priority = '', address = '', port = '', rest = ''] = match;
  return { foundation, component, transport, priority: Number(priority), address, port: Number(port), rest };
}
