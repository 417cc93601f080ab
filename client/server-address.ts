import { givenText, invalid } from './given.js';

/** Where a server is. */
export interface ServerAddress {
  /** Of its WebSocket. */
  readonly socket: string;
  /** Of its HTTP paths, without a slash at the end. */
  readonly base: string;
}

/** The way to the server, by the scheme that a page may write. */
const schemes = new Map([
  ['https:', { socket: 'wss:', http: 'https:' }],
  ['http:', { socket: 'ws:', http: 'http:' }],
  ['wss:', { socket: 'wss:', http: 'https:' }],
  ['ws:', { socket: 'ws:', http: 'http:' }],
]);
const example = 'https://conference.example/';
/** Where a server serves this script. A copy in a package or a bundle is elsewhere, and tells nothing of a server. */
const servedAt = /(?<!@atrium)\/client\/[\w.-]+\.js$/;
/** While the script runs: a plain script does not know its address later. */
const scriptUrl: string = import.meta.url;

/**
 * Reads the address of a server: of its page, of a folder below which it is, or of its WebSocket, with http or ws; `/…` and `./…` are
 * relative to the page. Throws `invalid-argument`.
 */
export function serverAddress(given: unknown): ServerAddress {
  const text = given instanceof URL ? given.href : givenText(given, '`url`').trim();
  const url = parsed(text);
  const scheme = schemes.get(url.protocol);
  if (!scheme || url.host === '') {
    throw invalid(`"${text}" is not the address of a server. Write it with https:// or http://, as ${example}`);
  }
  const path = url.pathname.replace(/\/+$/, '');
  const isOfSocket = path.endsWith('/room');
  const isBase = !isOfSocket && (url.protocol.startsWith('http') || url.pathname.endsWith('/'));
  const at = (protocol: string, where: string): string => `${protocol}//${url.host}${where}`;
  return {
    socket: at(scheme.socket, isBase ? `${path}/room` : path) + (isBase ? '' : url.search),
    base: at(scheme.http, isOfSocket ? path.slice(0, -'/room'.length) : path),
  };
}

/** The address of the server that served this script. Throws `invalid-argument` when no server did, as when it is part of a bundle. */
export function ownServer(script: string = scriptUrl): string {
  const { protocol, host, pathname } = URL.canParse(script) ? new URL(script) : new URL('none:');
  if (protocol.startsWith('http') && servedAt.test(pathname)) {
    return `${protocol}//${host}${pathname.replace(/\/client\/[^/]+$/, '/')}`;
  }
  throw invalid(
    `Say where the server is: \`url\`, as ${example}. Only the script that a server serves at /client/ knows.`,
  );
}

function parsed(text: string): URL {
  const isRelative = /^\.{0,2}\/|^\.{1,2}$/.test(text);
  // Outside of browsers there is no page, although its type says that it is always there.
  const page: Partial<Document> = 'document' in globalThis ? document : {};
  try {
    return new URL(text, isRelative ? page.baseURI : undefined);
  } catch (cause) {
    const why = isRelative ? 'is relative, and there is no page' : 'is not the address of a server';
    throw invalid(`"${text}" ${why}. Write the whole address, as ${example}`, cause);
  }
}
