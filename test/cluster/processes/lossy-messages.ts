import type { Sieve } from './tcp-proxy.js';

/**
 * Between a node and Redis: drops some of the messages that Redis brings to subscribers, whole ones, as Redis may. All else passes.
 * @param isDropped asked for each message
 */
export function droppingMessages(isDropped: () => boolean): () => Sieve {
  return () => {
    let rest: Buffer = Buffer.alloc(0);
    return (way, bytes) => {
      if (way === 'there') return bytes;
      rest = Buffer.concat([rest, bytes]);
      const passed: Buffer[] = [];
      for (;;) {
        const end = endOfReply(rest, 0);
        if (end === undefined) break;
        const reply = rest.subarray(0, end);
        rest = rest.subarray(end);
        if (!(isMessage(reply) && isDropped())) passed.push(reply);
      }
      return Buffer.concat(passed);
    };
  };
}

const messageHead = /^[*>]3\r\n\$7\r\nmessage\r\n/;

function isMessage(reply: Buffer): boolean {
  return messageHead.test(reply.toString('latin1', 0, 32));
}

/** Where a reply ends that begins there (https://redis.io/docs/latest/develop/reference/protocol-spec/). Undefined: not all of it is here. */
function endOfReply(bytes: Buffer, start: number): number | undefined {
  const lineEnd = bytes.indexOf('\r\n', start);
  if (lineEnd < 0) return undefined;
  const kind = String.fromCharCode(bytes[start] ?? 0);
  const count = Number(bytes.toString('latin1', start + 1, lineEnd));
  let at = lineEnd + 2;
  if ('$=!'.includes(kind)) {
    if (count >= 0) at += count + 2;
    return at <= bytes.length ? at : undefined;
  }
  if (!'*>~%|'.includes(kind)) return at;
  // A map has twice as many, and attributes come before what they belong to.
  const parts = '%|'.includes(kind) ? 2 * count + (kind === '|' ? 1 : 0) : count;
  for (let index = 0; index < parts; index += 1) {
    const end = endOfReply(bytes, at);
    if (end === undefined) return undefined;
    at = end;
  }
  return at;
}
