import type { IncomingMessage } from 'node:http';

/** What a request is about (COMPEIT §2.1). */
export interface Address {
  /** Empty in the handshake, and in the farewell of a page that is left. */
  readonly transport: string;
  /** Empty in the handshake. */
  readonly sid: string;
  readonly query: URLSearchParams;
}

/** Of a request for `path` or below. @returns undefined for more segments than there are */
export function addressOf({ url = '' }: IncomingMessage, path: string): Address | undefined {
  const [asked = '', ...rest] = url.split('?');
  const [, transport = '', sid = '', ...further] = asked.slice(path.length).split('/');
  if (further.some((segment) => segment !== '')) return undefined;
  return { transport, sid, query: new URLSearchParams(rest.join('?')) };
}
