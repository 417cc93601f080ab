import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../transport/request-body.js';
import { Refusal } from './errors.js';

/** Of a body. */
const maxBytes = 65_536;

export const sdpType = 'application/sdp';
export const fragmentType = 'application/trickle-ice-sdpfrag';

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** @throws Refusal 415; BodyTooLarge; rejects when the request breaks off */
export async function bodyOf(request: IncomingMessage, type: string, hint: string): Promise<string> {
  const [given = ''] = (request.headers['content-type'] ?? '').split(';');
  if (given.trim().toLowerCase() !== type) {
    throw new Refusal(415, `The body must be ${type}`, { [hint]: type });
  }
  return (await readBody(request, maxBytes)).toString('utf8');
}

/** Whether the header If-Match names the ETag (RFC 9110 §13.1.1). */
export function matches(header: string, etag: string): boolean {
  return header.split(',').some((each) => each.trim() === etag);
}

/** Answers, if nobody has done so: a client that sends too slowly has been refused, and one that has gone hears nothing. */
export function answer(response: ServerResponse, status: number, headers: Headers = {}, body = ''): void {
  if (response.headersSent || response.destroyed) return;
  const { req: request } = response;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('Cache-Control', 'no-store');
  // Pages of other sites that the operator allows read these.
  if (request.headers.origin !== undefined) {
    response.setHeader('Access-Control-Expose-Headers', 'Location, ETag, Link, Accept-Patch, Retry-After');
  }
  // The rest of a body that nobody wants is not waited for.
  if (!request.complete) response.setHeader('Connection', 'close');
  if (status !== 204) response.setHeader('Content-Length', Buffer.byteLength(body));
  response.writeHead(status).end(body);
}

export function refuse(response: ServerResponse, { status, message, headers }: Refusal): void {
  answer(response, status, { ...headers, 'Content-Type': 'text/plain; charset=UTF-8' }, `${message}\n`);
}

/** Answers OPTIONS, which pages of other sites ask before. */
export function tellMethods(response: ServerResponse, methods: string, accepts: Headers): void {
  answer(response, 204, {
    ...accepts,
    Allow: methods,
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, If-Match',
    'Access-Control-Max-Age': '600',
  });
}
