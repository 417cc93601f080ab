import type { JSONRPCRequest } from 'json-rpc-2.0';
import { z } from 'zod';
import { rawMember } from '../raw-member.js';
import { ProtocolError, invalidRequest, parseError } from './errors.js';

/**
 * A frame in which a client asks for something. `jsonrpc` may be missing (docs/protocols/kurento-room.md#12-frames);
 * other members are kept.
 */
const requestSchema = z.looseObject({
  id: z.custom<ParsedId>(isId).optional(),
  method: z.string().min(1),
  params: z.unknown().optional(),
});

/** `1e400` is parsed as Infinity, which `z.number()` refuses. */
function isId(value: unknown): value is ParsedId {
  return value === null || typeof value === 'string' || typeof value === 'number';
}

const noTexts: ReadonlyMap<string, readonly string[]> = new Map();

type ParsedId = string | number | null;

/** JSON, as the client wrote it: `7`, `1e3`, `"a"`, `null`. Parsing and encoding it would change `1.0` and long numbers. */
export type RpcId = string;
/** With the members that old clients write beside `params`. */
export type Request = JSONRPCRequest & { readonly id?: RpcId } & Readonly<Record<string, unknown>>;

/** @param textParams of each method: numbers and booleans given for them become text. @returns `readRequest` of a protocol */
export function requestReader(
  textParams: ReadonlyMap<string, readonly string[]>,
): (text: string) => Request | undefined {
  return (text) => readRequest(text, textParams);
}

/**
 * Reads one frame. Undefined for a frame that answers a request we never sent: the Java client answers notifications that
 * it does not know. Such a frame gets no reply.
 * @throws ProtocolError parse error or invalid request
 */
function readRequest(text: string, textParams: ReadonlyMap<string, readonly string[]>): Request | undefined {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    throw new ProtocolError(parseError, 'The message is not JSON');
  }
  const request = requestSchema.safeParse(frame);
  if (request.success) {
    const { id, method, params } = request.data;
    writeTexts(params, textParams.get(method), text);
    return Object.assign(request.data, { jsonrpc: '2.0', id: id === undefined ? id : writtenId(id, text) }) as Request;
  }
  if (isResponse(frame)) return undefined;
  throw new ProtocolError(
    invalidRequest,
    'The message is not a JSON-RPC 2.0 request object (batches are not supported)',
  );
}

function isResponse(frame: unknown): boolean {
  return typeof frame === 'object' && frame !== null && !('method' in frame) && ('result' in frame || 'error' in frame);
}

/** The id of a frame that is not served; undefined when it has none. */
export function idIn(text: string): RpcId | undefined {
  try {
    return readRequest(text, noTexts)?.id;
  } catch {
    return undefined;
  }
}

function writtenId(id: ParsedId, text: string): RpcId {
  const plain = JSON.stringify(id);
  // Most clients write the id last or right after `jsonrpc`, as it would be written here. Then the text need not be searched.
  if (text.endsWith(`,"id":${plain}}`) || text.startsWith(`{"jsonrpc":"2.0","id":${plain},`)) return plain;
  return rawMember(text, 'id') ?? plain;
}

/**
 * Numbers and booleans where text is expected become text, as the getters of the original read them
 * (docs/protocols/kurento-room.md#12-frames): the digits that the client wrote.
 */
function writeTexts(params: unknown, names: readonly string[] = [], text: string): void {
  if (typeof params !== 'object' || params === null) return;
  const values = params as Record<string, unknown>;
  for (const name of names) {
    const value = values[name];
    if (typeof value === 'boolean') values[name] = String(value);
    else if (typeof value === 'number') values[name] = rawMember(rawMember(text, 'params') ?? '{}', name);
  }
}
