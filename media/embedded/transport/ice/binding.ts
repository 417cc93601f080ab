import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { crc32 } from 'node:zlib';

/** Messages of STUN by which ICE checks a path (RFC 8489, RFC 8445 §7). */

/** Of one side of an ICE session. */
export interface IceCredentials {
  readonly ufrag: string;
  readonly password: string;
}

export interface Address {
  readonly address: string;
  readonly port: number;
}

export interface Binding {
  readonly type: 'request' | 'success' | 'error';
  readonly transaction: Buffer;
  /** Of a request: the ufrag of the receiver, a colon, that of the sender. */
  readonly username: string | undefined;
  /** Which part in the session its sender takes. */
  readonly role: 'controlling' | 'controlled' | undefined;
  /** Whether its sender wants to use this path. */
  readonly nominates: boolean;
  /** Of an answer: where the request seemed to come from. */
  readonly mapped: Address | undefined;
  /** Where its signature begins. Undefined without one. */
  readonly signedAt: number | undefined;
}

export interface Check {
  readonly transaction: Buffer;
  readonly username: string;
  /** Of the one that is asked. */
  readonly password: string;
  readonly role: 'controlling' | 'controlled';
  /** Of the peer-reflexive candidate that the other side may make of it. */
  readonly priority: number;
  readonly nominates?: boolean;
}

const types = { request: 0x0001, success: 0x0101, error: 0x0111 } as const;
const attributes = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  mapped: 0x0020,
  priority: 0x0024,
  nominates: 0x0025,
  fingerprint: 0x8028,
  controlled: 0x8029,
  controlling: 0x802a,
} as const;
const cookie = 0x2112_a442;
const magic = Buffer.from('2112a442', 'hex');
const headBytes = 20;
const integrityBytes = 24;

/** Fresh ones: 48 and 144 random bits (RFC 8445 §5.3). */
export function newCredentials(): IceCredentials {
  return { ufrag: randomBytes(6).toString('base64'), password: randomBytes(18).toString('base64') };
}

export function newTransaction(): Buffer {
  return randomBytes(12);
}

/** Whether a packet is of STUN, and of no other protocol of a media path (RFC 7983 §7). */
export function isStun(packet: Buffer): boolean {
  return packet.length >= headBytes && packet.readUInt8(0) < 4 && packet.readUInt32BE(4) === cookie;
}

/** Undefined for what is no message about a binding, or no complete one. */
export function readBinding(packet: Buffer): Binding | undefined {
  if (!isStun(packet) || packet.readUInt16BE(2) !== packet.length - headBytes) return undefined;
  const code = packet.readUInt16BE(0);
  const type = (['request', 'success', 'error'] as const).find((name) => types[name] === code);
  if (!type) return undefined;
  const found = new Map<number, Buffer>();
  let signedAt: number | undefined;
  // What follows the signature could be anybody's.
  for (let at = headBytes; at + 4 <= packet.length && signedAt === undefined;) {
    const [attribute, size] = [packet.readUInt16BE(at), packet.readUInt16BE(at + 2)];
    if (at + 4 + size > packet.length) return undefined;
    if (attribute === attributes.integrity && size === integrityBytes - 4) signedAt = at;
    else if (!found.has(attribute)) found.set(attribute, packet.subarray(at + 4, at + 4 + size));
    at += 4 + size + padding(size);
  }
  return {
    ...{ type, signedAt, transaction: packet.subarray(8, headBytes) },
    username: found.get(attributes.username)?.toString(),
    role: found.has(attributes.controlling)
      ? 'controlling'
      : found.has(attributes.controlled)
        ? 'controlled'
        : undefined,
    nominates: found.has(attributes.nominates),
    mapped: mappedIn(found.get(attributes.mapped)),
  };
}

/** Whether the message was signed with that password. */
export function isSigned(packet: Buffer, { signedAt }: Binding, password: string): boolean {
  if (signedAt === undefined) return false;
  const given = packet.subarray(signedAt + 4, signedAt + integrityBytes);
  return timingSafeEqual(given, signature(packet.subarray(0, signedAt), password));
}

/** A request that nobody has to prove, for a STUN server. */
export function writeQuestion(transaction: Buffer): Buffer {
  return finished(types.request, transaction, [], undefined);
}

export function writeCheck({ transaction, username, password, role, priority, nominates = false }: Check): Buffer {
  const weight = Buffer.alloc(4);
  weight.writeUInt32BE(priority);
  return finished(
    types.request,
    transaction,
    [
      [attributes.username, Buffer.from(username)],
      [attributes.priority, weight],
      // Of two agents that both want to control, the larger one does. Nobody is to take us for that.
      [attributes[role], Buffer.from('0000000000000001', 'hex')],
      ...(nominates ? [[attributes.nominates, Buffer.alloc(0)] as const] : []),
    ],
    password,
  );
}

/** @param from where the request came from. @param password of the one that was asked */
export function writeSuccess({ transaction }: Binding, from: Address, password: string): Buffer {
  return finished(types.success, transaction, [[attributes.mapped, mappedOf(from, transaction)]], password);
}

/** Both sides want the same part: the one that asked has to take the other (RFC 8445 §7.3.1.1). */
export function writeRoleConflict({ transaction }: Binding, password: string): Buffer {
  const error = Buffer.concat([Buffer.from([0, 0, 4, 87]), Buffer.from('Role Conflict')]);
  return finished(types.error, transaction, [[attributes.error, error]], password);
}

type Attribute = readonly [type: number, value: Buffer];

function finished(
  type: number,
  transaction: Buffer,
  given: readonly Attribute[],
  password: string | undefined,
): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt16BE(type, 0);
  head.writeUInt32BE(cookie, 4);
  transaction.copy(head, 8);
  let message = Buffer.concat([head, ...given.map(written)]);
  if (password !== undefined) {
    message = Buffer.concat([message, written([attributes.integrity, signature(message, password)])]);
  }
  // Its length counts when the sum is made.
  message.writeUInt16BE(message.length - headBytes + 8, 2);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((crc32(message) ^ 0x5354_554e) >>> 0);
  return Buffer.concat([message, written([attributes.fingerprint, sum])]);
}

/** Of what stands before it; the length that is signed counts the signature, and nothing behind it (RFC 8489 §14.5). */
function signature(message: Buffer, password: string): Buffer {
  const head = Buffer.from(message.subarray(0, headBytes));
  head.writeUInt16BE(message.length - headBytes + integrityBytes, 2);
  return createHmac('sha1', password).update(head).update(message.subarray(headBytes)).digest();
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

/** XOR-MAPPED-ADDRESS (RFC 8489 §14.2). */
function mappedOf({ address, port }: Address, transaction: Buffer): Buffer {
  const bytes = bytesOf(address);
  const mask = Buffer.concat([magic, transaction]);
  const head = Buffer.from([0, bytes.length === 4 ? 1 : 2, 0, 0]);
  head.writeUInt16BE(port ^ (cookie >>> 16), 2);
  return Buffer.concat([head, bytes.map((byte, at) => byte ^ (mask[at] ?? 0))]);
}

/** Of IPv4 alone: that is what STUN servers are asked for. */
function mappedIn(value: Buffer | undefined): Address | undefined {
  if (value?.length !== 8) return undefined;
  const address = [...value.subarray(4)].map((byte, at) => byte ^ (magic[at] ?? 0)).join('.');
  return { address, port: value.readUInt16BE(2) ^ (cookie >>> 16) };
}

function bytesOf(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [plain = ''] = address.split('%');
  const [first = [], last] = plain.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = last ? Array.from({ length: 8 - first.length - last.length }, () => '0') : [];
  const groups = [...first, ...zeros, ...(last ?? [])];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
