import { ClientError } from '../../client/index.js';

/** Where a server is. */
export interface ServerAddress {
  /** Of its pages and its REST interface; ends with a slash. */
  readonly home: string;
  /** Of the WebSocket of rooms. */
  readonly socket: string;
}

/**
 * @param given the address of the server, as `https://host/`, or of its WebSocket, as `wss://host/room`; relative to the page
 * @throws ClientError `invalid-argument` when it is none
 */
export function serverAddress(given: string, page: string): ServerAddress {
  const url = URL.canParse(given, page) ? new URL(given, page) : undefined;
  const scheme = url && schemes[url.protocol];
  if (!url || !scheme) {
    throw new ClientError('invalid-argument', `"${given}" is no address of a server. Write it as https://host/.`);
  }
  const path = url.pathname.replace(/\/room$/, '/').replace(/\/?$/, '/');
  return { home: `${scheme.http}//${url.host}${path}`, socket: `${scheme.ws}//${url.host}${path}room` };
}

/**
 * The server that a script came from; servers have their scripts in /client/.
 * @param script empty when it came from somewhere else
 */
export function serverOfScript(script: string): string {
  const isServed = /^https?:[^?#]*\/client\/[^/?#]+\.js/.test(script) && !script.includes('/node_modules/');
  return isServed ? new URL('..', script).href : '';
}

const secure = { http: 'https:', ws: 'wss:' } as const;
const plain = { http: 'http:', ws: 'ws:' } as const;
const schemes: Readonly<Partial<Record<string, { readonly http: string; readonly ws: string }>>> = {
  'https:': secure,
  'wss:': secure,
  'http:': plain,
  'ws:': plain,
};
