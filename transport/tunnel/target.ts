import type { IncomingMessage, RequestOptions } from 'node:http';
import { proofHeader } from './proof.js';

/** Of one connection alone (RFC 9110 §7.6.1), or about the way to this server, which the proof says. */
const ofThisConnection = new Set([
  'connection',
  'expect',
  'forwarded',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  proofHeader,
]);

/** Stay even if the header Connection names them: without them the other node would see another message, or where it ends elsewhere. */
const ofTheMessage = new Set(['content-length', 'host']);

/** Name, value, name, value, as Node has them. */
export type RawHeaders = readonly string[];

/**
 * The same request to another node.
 * @param base NODE_URL
 * @param more headers that it gets besides
 */
export function onwards(request: IncomingMessage, base: string, more: RawHeaders): RequestOptions {
  const { protocol, hostname, port } = new URL(base);
  const { method, url: path, headers } = request;
  // A body without a length has to say where it ends, whatever the method is: the other node would take the rest for a request.
  const framing = headers['transfer-encoding'] === undefined ? [] : ['Transfer-Encoding', 'chunked'];
  return {
    protocol,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    method,
    path,
    headers: [...withoutHops(request.rawHeaders, headers.connection), ...framing, ...more],
  };
}

/** Headers of a message that another connection gets too. @param connection what its header Connection says */
export function withoutHops(raw: RawHeaders, connection = ''): string[] {
  const named = new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2);
    const key = name.toLowerCase();
    const isOfThis = ofThisConnection.has(key) || (named.has(key) && !ofTheMessage.has(key));
    if (!isOfThis) kept.push(name, value);
  }
  return kept;
}
