/** Where a media server is reached, and the header by which it knows us. */
export interface ServerAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Takes user and password out of `ws://user:password@host/path`; they go into a header (RFC 7617). In the URL they are percent-encoded.
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
  if (username === '' && password === '') return { url: url.href, headers: {} };
  const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  return { url: url.href, headers: { authorization: `Basic ${credentials}` } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
