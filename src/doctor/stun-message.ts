import { createHash, createHmac, randomBytes } from 'node:crypto';

/** Messages of STUN and TURN, as far as a look at a server needs them (RFC 8489, RFC 8656). */

export const types = { binding: 0x0001, allocate: 0x0003, refresh: 0x0004 } as const;
export const attributes = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  lifetime: 0x000d,
  realm: 0x0014,
  nonce: 0x0015,
  transport: 0x0019,
} as const;

export type Attribute = readonly [type: number, value: Buffer];

/** A long-term credential, with what the server has said in its first answer. */
export interface SignedBy {
  readonly username: string;
  readonly credential: string;
  readonly realm: Buffer;
  readonly nonce: Buffer;
}

export interface StunAnswer {
  readonly isSuccess: boolean;
  /** Of a refusal, as 401. */
  readonly code: number | undefined;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

const cookie = 0x2112_a442;
export const headerBytes = 20;

export function request(type: number, given: readonly Attribute[], by?: SignedBy): Buffer {
  const head = Buffer.alloc(headerBytes);
  head.writeUInt16BE(type, 0);
  head.writeUInt32BE(cookie, 4);
  randomBytes(12).copy(head, 8);
  const signed: readonly Attribute[] = by
    ? [
        [attributes.username, Buffer.from(by.username)],
        [attributes.realm, by.realm],
        [attributes.nonce, by.nonce],
      ]
    : [];
  const body = Buffer.concat([...given, ...signed].map(written));
  if (!by) {
    head.writeUInt16BE(body.length, 2);
    return Buffer.concat([head, body]);
  }
  // The length that is signed counts the signature.
  head.writeUInt16BE(body.length + 24, 2);
  const key = createHash('md5').update(`${by.username}:${by.realm.toString()}:${by.credential}`).digest();
  const signature = createHmac('sha1', key).update(head).update(body).digest();
  return Buffer.concat([head, body, written([attributes.integrity, signature])]);
}

/** Bytes of the first message in what has come; undefined while its head has not. */
export function lengthOf(bytes: Buffer): number | undefined {
  return bytes.length < headerBytes ? undefined : headerBytes + bytes.readUInt16BE(2);
}

/** @returns undefined for what is no answer to the request */
export function answerIn(bytes: Buffer, asked: Buffer): StunAnswer | undefined {
  const length = lengthOf(bytes);
  if (
    length === undefined ||
    bytes.length < length ||
    !bytes.subarray(4, headerBytes).equals(asked.subarray(4, headerBytes))
  ) {
    return undefined;
  }
  const found = new Map<number, Buffer>();
  for (let at = headerBytes; at + 4 <= length;) {
    const size = bytes.readUInt16BE(at + 2);
    found.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, Math.min(at + 4 + size, length)));
    at += 4 + size + padding(size);
  }
  const error = found.get(attributes.error);
  const code = error && error.length >= 4 ? (error.readUInt8(2) & 7) * 100 + error.readUInt8(3) : undefined;
  return { isSuccess: (bytes.readUInt16BE(0) & 0x0110) === 0x0100, code, attributes: found };
}

function written([type, value]: Attribute): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(padding(value.length))]);
}

function padding(size: number): number {
  return (4 - (size % 4)) % 4;
}
