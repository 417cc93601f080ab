import type { IncomingMessage, ServerResponse } from 'node:http';
import { Patience } from './gate/patience.js';

/** What is read of a body that nobody wants, in bytes. More of it ends the connection. */
const maxUnwantedBytes = 16 * 1024 * 1024;

/** How long a client may send nothing of such a body, in ms. */
const silenceMs = 5_000;

/** How long such a body may take in all, in ms. */
const longestMs = 30_000;

/**
 * Lets a client that is refused before its body has come see the answer. A socket that is closed with unread bytes in it is reset, and the
 * answer is lost. So the answer goes out at once, and the connection is kept until the body is read, up to a bound.
 * The HTTP server calls it before a door sees the request, so that no door can forget it.
 */
export function readToBound(request: IncomingMessage, response: ServerResponse): void {
  const { headers } = request;
  if (headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0') return;
  const end = response.end.bind(response) as (...args: readonly unknown[]) => ServerResponse;
  let isAnswered = false;
  response.end = ((...args: readonly unknown[]) => {
    if (isAnswered) return response;
    isAnswered = true;
    if (request.complete || request.destroyed) return end(...args);
    sendNow(response, args);
    const callbacks = args.filter((arg) => typeof arg === 'function');
    dump(request, (isRead) => {
      end(...callbacks);
      if (!isRead) request.socket.destroySoon();
    });
    return response;
  }) as ServerResponse['end'];
}

/** Sends the whole answer, and does not end it. */
function sendNow(response: ServerResponse, [chunk, encoding]: readonly unknown[]): void {
  const isBody = typeof chunk === 'string' || chunk instanceof Uint8Array;
  const code = typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8';
  const hasLength = response.hasHeader('Content-Length') || response.hasHeader('Transfer-Encoding');
  if (!response.headersSent && !hasLength && response.statusCode !== 204 && response.statusCode !== 304) {
    response.setHeader('Content-Length', isBody ? Buffer.byteLength(chunk, code) : 0);
  }
  if (isBody && chunk.length > 0) response.write(chunk, code);
  else response.flushHeaders();
}

/** @param done told whether the body was read to its end, or the client has gone */
function dump(request: IncomingMessage, done: (isRead: boolean) => void): void {
  let bytes = 0;
  const over = (isRead: boolean): void => {
    silence.stop();
    clearTimeout(longest);
    request.off('data', count).off('end', ended).off('close', ended);
    done(isRead);
  };
  const ended = (): void => {
    over(true);
  };
  const silence = new Patience(silenceMs, () => {
    over(false);
  });
  const longest = setTimeout(() => {
    over(false);
  }, longestMs).unref();
  const count = (piece: Buffer | string): void => {
    silence.again();
    bytes += piece.length;
    if (bytes > maxUnwantedBytes) over(false);
  };
  request.on('end', ended).on('close', ended).on('data', count).resume();
}
