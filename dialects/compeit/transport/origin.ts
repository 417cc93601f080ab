import type { IncomingMessage } from 'node:http';

/**
 * Whether a page may use this server: its origin is an allowed one or the server's own host. A request without an
 * origin does not come from a browser and is allowed (docs/protocols/compeit.md#211-security). Never throws, whatever
 * the header holds.
 */
export function mayCome({ headers }: IncomingMessage, allowedOrigins: readonly string[]): boolean {
  const { origin, host = '' } = headers;
  if (origin === undefined || allowedOrigins.includes(origin)) return true;
  const own = hostOf(host);
  return own !== undefined && hostOf(origin) === own;
}

/** The old Node client sends only `host:port`. @returns undefined for a text that cannot be a host */
function hostOf(text: string): string | undefined {
  const hasScheme = /^https?:\/\//i.test(text);
  if (!hasScheme && !/^[\w.[\]:-]+$/.test(text)) return undefined;
  const url = hasScheme ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url).host.toLowerCase() : undefined;
}
