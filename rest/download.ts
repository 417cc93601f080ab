import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ArchivedFile } from '../recording/archive.js';
import { rangeOf } from './byte-range.js';
import { conditionOf, rangeCounts } from './preconditions.js';
import { Problem } from './problem.js';

/** A file as an answer. The client keeps it under a name that says which recording it is of. */
export class Download {
  readonly #file: ArchivedFile;
  readonly #name: string;

  /** @param name of letters, digits, `.`, `_` and `-` */
  constructor(file: ArchivedFile, name: string) {
    this.#file = file;
    this.#name = name;
  }

  /**
   * Sends all of it, a part, or nothing, as the headers of the request say. The file is read no faster than the client takes it. A client
   * that goes away ends the reading; so does one that takes nothing for MESSAGE_MS, whose connection the doors cut.
   * @throws Problem `precondition`, `range`. Rejects, and the connection is cut, when the file cannot be read to its end
   */
  async send(request: Request, response: Response): Promise<void> {
    const { size, etag, modifiedAt } = this.#file;
    const { headers } = request;
    const condition = conditionOf(headers, this.#file);
    if (condition === 'changed') throw new Problem('precondition', 'The file is not the one that the request asks for');
    // GET alone has ranges (RFC 9110 §14.2).
    const isRanged = request.method === 'GET' && rangeCounts(headers['if-range'] as string | undefined, this.#file);
    const range = isRanged && condition === 'send' ? rangeOf(headers.range, size) : undefined;
    if (range === 'none') {
      throw new Problem('range', `The file has ${size} bytes`, { 'Content-Range': `bytes */${size}` });
    }
    const { start, end } = range ?? { start: 0, end: size - 1 };
    const length = end - start + 1;
    const hasBody = condition === 'send' && request.method !== 'HEAD' && length > 0;
    const content = hasBody ? await this.#file.read(range) : undefined;
    if (response.destroyed || response.socket?.destroyed) {
      content?.destroy();
      return;
    }
    response.set({
      ETag: etag,
      'Last-Modified': modifiedAt.toUTCString(),
      // For this client alone, which asks each time whether it may still have it.
      'Cache-Control': 'private, no-cache',
      'Access-Control-Expose-Headers': 'Content-Disposition, Content-Range, ETag',
    });
    if (condition === 'same') {
      response.status(304).end();
      return;
    }
    response.status(range ? 206 : 200).set({
      'Accept-Ranges': 'bytes',
      'Content-Type': mediaType,
      'Content-Length': String(length),
      'Content-Disposition': `attachment; filename="${this.#name}"`,
      'X-Content-Type-Options': 'nosniff',
      ...(range && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
    });
    if (content) await sendAll(content, length, response);
    else response.end();
  }
}

/** Of every file of a recording. */
export const mediaType = 'video/webm';

/** An answer that is a file. */
export const download = z.instanceof(Download);

/** Resolves when the client has all of it, or has gone away. */
async function sendAll(content: Readable, length: number, response: Response): Promise<void> {
  let sent = 0;
  try {
    await pipeline(
      content,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          sent += chunk.length;
          yield chunk;
        }
        // A client would wait for the rest on a connection that is kept.
        if (sent !== length) throw new Error(`The file gave ${sent} bytes in place of ${length}`);
      },
      response,
    );
  } catch (error) {
    if (isGone(error)) return;
    throw error;
  }
}

/** Whether the client has gone away before the end. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
