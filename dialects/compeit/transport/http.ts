import type { IncomingMessage, ServerResponse } from 'node:http';
import { Patience } from '../../../transport/gate/patience.js';

export function answerText(response: ServerResponse, status: number, body: string): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': bytes.length,
    'Cache-Control': 'no-store',
  });
  response.end(bytes);
}

export interface BodyRefusal {
  readonly status: number;
  readonly reason: string;
}

/**
 * @param withinMs how long the client may take
 * @returns undefined when the client went away; the status and the reason of a refusal when the body is too long or too late
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  withinMs: number,
): Promise<string | BodyRefusal | undefined> {
  return new Promise((done) => {
    const patience = new Patience(withinMs, () => {
      done({ status: 408, reason: 'not complete in time' });
    });
    const resolve = (body: string | BodyRefusal | undefined): void => {
      patience.stop();
      done(body);
    };
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        chunks.length = 0;
        resolve({ status: 413, reason: 'too long' });
      } else {
        chunks.push(chunk);
      }
    });
    request.once('end', () => {
      resolve(Buffer.concat(chunks).toString());
    });
    request.once('error', () => {
      resolve(undefined);
    });
    request.once('close', () => {
      resolve(undefined);
    });
  });
}
