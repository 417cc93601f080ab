const separator = '\ufffd';

/** The body for several packets. A single packet is sent without framing (docs/protocols/compeit.md#25-xhr-polling). */
export function encodePayload(packets: readonly string[]): string {
  const [only = ''] = packets;
  if (packets.length === 1) return only;
  return packets.map((packet) => `${separator}${packet.length}${separator}${packet}`).join('');
}

/** @returns undefined for a body with inconsistent framing; the whole body is dropped then */
export function decodePayload(body: string): string[] | undefined {
  if (!body.startsWith(separator)) return [body];
  const packets: string[] = [];
  let at = 0;
  while (at < body.length) {
    const end = body.indexOf(separator, at + 1);
    const digits = end < 0 ? '' : body.slice(at + 1, end);
    if (body[at] !== separator || !/^\d{1,9}$/.test(digits)) return undefined;
    // Lengths count UTF-16 code units, like `length` in JavaScript.
    const next = end + 1 + Number(digits);
    if (next > body.length) return undefined;
    packets.push(body.slice(end + 1, next));
    at = next;
  }
  return packets;
}
