/** Where a media server is reached, and the header by which it knows us. */
export interface ServerAddress {
  readonly url: string;
  /** The fragment of the given address. */
  readonly region: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Takes user, password and region out of `ws://user:password@host/path#region`; the first two go into a header (RFC 7617). In the URL they are percent-encoded.
 * @throws SyntaxError when it is no URL of a WebSocket; the message does not repeat it, since it may hold a password
 */
export function serverAddress(given: string): ServerAddress {
  if (!/^wss?:/i.test(given) || !URL.canParse(given)) {
    throw new SyntaxError('The address of a media server must be a ws:// or wss:// URL');
  }
  const url = new URL(given);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const region = url.hash === '' ? undefined : url.hash.slice(1);
  url.hash = '';
  if (username === '' && password === '') return { url: url.href, region, headers: {} };
  const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  return { url: url.href, region, headers: { authorization: `Basic ${credentials}` } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
