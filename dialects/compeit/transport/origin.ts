import type { IncomingMessage } from 'node:http';

/**
 * Whether a page may use this server: one of the origins that are allowed, or of the server's own host. A request without
 * an origin is none of a browser's making and may (COMPEIT §2.11). Nothing a client writes there makes it throw.
 */
export function mayCome({ headers }: IncomingMessage, allowedOrigins: readonly string[]): boolean {
  const { origin, host = '' } = headers;
  if (origin === undefined || allowedOrigins.includes(origin)) return true;
  const own = hostOf(host);
  return own !== undefined && hostOf(origin) === own;
}

/** The old Node client sends a bare `host:port`. @returns undefined for what cannot be a host */
function hostOf(text: string): string | undefined {
  const hasScheme = /^https?:\/\//i.test(text);
  if (!hasScheme && !/^[\w.[\]:-]+$/.test(text)) return undefined;
  const url = hasScheme ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url).host.toLowerCase() : undefined;
}
