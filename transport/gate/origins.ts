import type { IncomingMessage } from 'node:http';
import type { Caller } from './caller.js';

/** How a request is used: what a page may load from anywhere, or what only allowed pages may talk to. */
export type Asked = 'page' | 'protocol';

/** Says why a page may not come in, and what the operator can set. */
export interface OriginRefusal {
  /** For the client. */
  readonly reason: string;
  /** For the log. */
  readonly remedy: string;
}

const anyOrigin = '*';

/**
 * Which pages may use this server (docs/security.md). A page of the server's own host may, and on loopback a page of any port. A client
 * that is no browser may. The operator allows further origins.
 */
export class Origins {
  readonly #allowed: ReadonlySet<string>;

  /** @param allowed each is a result of `readOrigin` */
  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed);
  }

  /** Whether pages of every origin may come in. */
  get all(): boolean {
    return this.#allowed.has(anyOrigin);
  }

  /** @returns undefined for a request that may come in. Never throws, whatever the headers hold */
  refusal(request: IncomingMessage, caller: Caller, asked: Asked): OriginRefusal | undefined {
    const { headers, method } = request;
    const { origin } = headers;
    if (this.all) return undefined;
    // Only a browser sets this header, and pages cannot change it.
    const site = headers['sec-fetch-site'];
    if (site === 'same-origin' && method !== 'OPTIONS') return undefined;
    if (origin === undefined) {
      if (site === undefined || site === 'none' || site === 'same-origin') return undefined;
      if (site === 'same-site' && isLoopback(hostOf(caller.host))) return undefined;
      return asked === 'page' && isForDisplay(request)
        ? undefined
        : foreign('A page of another site without an origin');
    }
    if (this.#allowed.has(readOrigin(origin) ?? '')) return undefined;
    const own = [caller.host, headers.host ?? ''].map(hostOf);
    const theirs = hostOf(origin);
    if (theirs !== undefined && own.some((host) => isSame(host, theirs))) return undefined;
    return foreign(`The origin ${origin}`, readOrigin(origin));
  }
}

/**
 * An origin in the form in which two that are equal have equal texts: no capitals, no default port, no final slash.
 * @returns undefined for a text that no browser can send as an origin
 */
export function readOrigin(text: string): string | undefined {
  if (text === anyOrigin || text === 'null' || text === 'file://') return text;
  const [, scheme, rest = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?#@\s]+)\/?$/i.exec(text) ?? [];
  if (scheme === undefined || rest.includes('*')) return undefined;
  // Only these have default ports. Pages in apps have schemes of their own, as `capacitor://localhost`.
  if (!/^https?$/i.test(scheme)) return `${scheme}://${rest}`.toLowerCase();
  return URL.canParse(text) ? new URL(text).origin : undefined;
}

/** Explains an entry that no browser can send as an origin. */
export function correctedOrigin(text: string): string {
  const host = text.replace(/^\w+:\/\//, '').split(/[/?#]/, 1)[0] ?? '';
  if (host.includes('*')) return `"${text}" can match no page: * stands for all origins, and only alone`;
  const example = /^https?:\/\//i.test(text) ? `${text.split('//', 1)[0] ?? ''}//${host}` : `https://${host}`;
  return `"${text}" can match no page: an origin is scheme, host and port, such as ${example}`;
}

function foreign(who: string, origin?: string): OriginRefusal {
  const remedy =
    origin === undefined || origin === 'null'
      ? 'ALLOWED_ORIGINS names the pages that may use this server'
      : `To allow its pages: ALLOWED_ORIGINS=${origin}. If it is this server behind a proxy: let the proxy pass the header Host, or set X-Forwarded-Host and name it in TRUSTED_PROXIES`;
  return { reason: `${who} is not allowed here`, remedy };
}

/** What a browser only shows, runs or navigates to: the page that asked cannot read it. */
function isForDisplay({ method, headers }: IncomingMessage): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const destination = headers['sec-fetch-dest'] ?? 'empty';
  return (
    headers['sec-fetch-mode'] === 'navigate' || (headers['sec-fetch-mode'] === 'no-cors' && destination !== 'empty')
  );
}

interface Host {
  readonly name: string;
  /** Empty for 80 and 443. */
  readonly port: string;
}

/** Of `host:port`, which the Node client of Socket.IO 0.9 sends as its origin too, or a URL. @returns undefined for a text that cannot be a host */
function hostOf(text: string): Host | undefined {
  const trimmed = text.trim();
  const url = /^https?:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (!/^https?:\/\/[\w.[\]:-]+\/?$/i.test(url) || !URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  return { name: hostname.toLowerCase(), port: port === '443' || port === '80' ? '' : port };
}

function isSame(own: Host | undefined, theirs: Host): boolean {
  if (!own) return false;
  if (isLoopback(own) && isLoopback(theirs)) return true;
  return own.name === theirs.name && own.port === theirs.port;
}

function isLoopback(host: Host | undefined): boolean {
  return host !== undefined && /^(localhost|(.+\.)?localhost|127(\.\d+){3}|\[::1\])$/.test(host.name);
}
