import type { IncomingMessage } from 'node:http';

/** The parts of the path of a request (docs/protocols/compeit.md#21-paths). */
export interface Address {
  /** Empty in the handshake, and in the request that a page sends when it is closed. */
  readonly transport: string;
  /** Empty in the handshake. */
  readonly sid: string;
  readonly query: URLSearchParams;
}

/** Parses the address of a request for `path` or below. @returns undefined for too many segments */
export function addressOf({ url = '' }: IncomingMessage, path: string): Address | undefined {
  const [asked = '', ...rest] = url.split('?');
  const [, transport = '', sid = '', ...further] = asked.slice(path.length).split('/');
  if (further.some((segment) => segment !== '')) return undefined;
  return { transport, sid, query: new URLSearchParams(rest.join('?')) };
}
