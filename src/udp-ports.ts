/** UDP ports from the first to the last. */
export interface UdpPorts {
  readonly first: number;
  readonly last: number;
}

/** An engine does not start with fewer: it keeps a fifth of them free. */
export const fewestPorts = 10;

/** `40000-49999`; undefined for anything else. */
export function readUdpPorts(text: string): UdpPorts | undefined {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const ports = { first: Number(first), last: Number(last) };
  return ports.first <= ports.last && ports.last <= 65_535 ? ports : undefined;
}

export function writeUdpPorts({ first, last }: UdpPorts): string {
  return `${first}-${last}`;
}

/** Equal parts, one after the other. Ports that cannot be divided remain unused at the end. */
export function splitUdpPorts({ first, last }: UdpPorts, parts: number): UdpPorts[] {
  const size = Math.floor((last - first + 1) / parts);
  return Array.from({ length: parts }, (_, index) => ({
    first: first + index * size,
    last: first + (index + 1) * size - 1,
  }));
}
