import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';

/** Why a plain request for a WebSocket is refused. It is read by people who look for the reason why nobody can connect. */
export const upgradeMissing =
  'Here is a WebSocket, and this request asks for none. If the client did ask, the proxy in front of it did not pass the upgrade';

/** What the operator can do about it. */
export const upgradeRemedy =
  'Let the proxy speak HTTP/1.1 to this server and pass the headers Upgrade and Connection. Further such requests are not logged';

/** Connections that were handed back to the HTTP server. */
const handedBack = new WeakSet<Duplex>();

export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return tokensOf(headers.upgrade).includes('websocket');
}

/** Whether this is no new connection, but one that `ignoreUpgrade` has handed back. */
export function isHandedBack(socket: Duplex): boolean {
  return handedBack.has(socket);
}

/**
 * Serves a request for an upgrade as if it did not ask for one, which RFC 9110 §7.8 lets a server do. Node has let go of the connection
 * by then. So the request is put back in front of what else has come, without the header, and the HTTP server begins to read again.
 * @param before the answer to the request before it on this connection. It goes out first
 */
export function ignoreUpgrade(
  server: Server,
  request: IncomingMessage,
  {
    socket,
    head,
    before,
  }: { readonly socket: Duplex; readonly head: Buffer; readonly before?: ServerResponse | undefined },
): void {
  const handBack = (): void => {
    socket.off('error', ignore);
    if (socket.destroyed || !socket.writable) return;
    handedBack.add(socket);
    socket.unshift(Buffer.concat([Buffer.from(withoutUpgrade(request), 'latin1'), head]));
    server.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket);
  };
  socket.on('error', ignore);
  if (!before || before.closed) handBack();
  else before.once('close', handBack);
}

function ignore(): void {
  // 'close' follows.
}

function withoutUpgrade({ method = 'GET', url = '/', httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    if (/^(upgrade|http2-settings)$/i.test(name)) continue;
    const kept = /^connection$/i.test(name)
      ? tokensOf(value).filter((token) => token !== 'upgrade' && token !== 'http2-settings')
      : [value];
    if (kept.length > 0) lines.push(`${name}: ${kept.join(', ')}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function tokensOf(list = ''): string[] {
  return list.split(',').map((token) => token.trim().toLowerCase());
}
