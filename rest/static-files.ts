import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip as gzipCallback } from 'node:zlib';
import type { Request, RequestHandler, Response } from 'express';
import expressStaticGzip from 'express-static-gzip';

/** What vite.config.mjs names after its content: such a file never changes. */
const hashed = /[/\\]assets[/\\][^/\\]+-[\w-]{8}\.\w+$|[/\\]atrium-call-\w+-[\w-]{8}\.js$/;
/** The best first. */
const encodings = ['br', 'gzip'] as const;
const compressed = /\.(?:br|gz)$/;

/** A browser asks each time, and gets 304 while its copy is the same. */
const revalidated = 'no-cache';

/**
 * The files of a folder, as `scripts/compress.mjs` has compressed them where the client takes that.
 * @param folder absolute
 * @param found called before a file is sent, for headers of its own
 */
export function staticFiles(
  folder: string,
  found: (response: ServerResponse) => void = () => undefined,
): RequestHandler {
  const files: RequestHandler = expressStaticGzip(folder, {
    enableBrotli: true,
    orderPreference: [...encodings],
    index: false,
    serveStatic: {
      index: false,
      redirect: false,
      setHeaders: (response: ServerResponse, path: string) => {
        found(response);
        const name = path.replace(compressed, '');
        const isHashed = hashed.test(name);
        response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : revalidated);
        const type = response.getHeader('Content-Type');
        // By its ending it would be a video.
        if (name.endsWith('.d.ts')) response.setHeader('Content-Type', 'text/plain; charset=utf-8');
        // The type is written alike in each form.
        else if (typeof type === 'string') response.setHeader('Content-Type', type.replace('UTF-8', 'utf-8'));
      },
    },
  });
  return (request, response, next) => {
    // What is no file is answered by others, also an address that cannot be decoded.
    if ((request.method !== 'GET' && request.method !== 'HEAD') || !isDecodable(request.path)) {
      next();
      return undefined;
    }
    // It reads the header less strictly: `br;q=0, *` or `BR` would be misunderstood.
    request.headers['accept-encoding'] = encodingsFor(request).join(', ');
    return files(request, response, (error?: unknown) => {
      // It sets them before it knows whether the file, or the part of it, is there.
      for (const header of ['Content-Encoding', 'Content-Type']) response.removeHeader(header);
      next(error);
    });
  };
}

const brotli = promisify(brotliCompress);
const gzip = promisify(gzipCallback);
/** The highest takes several milliseconds for each page. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

/** Sends a page that is made for each request, compressed where the client takes that. */
export async function sendHtml(request: Request, response: Response, html: string): Promise<void> {
  response.setHeader('Cache-Control', revalidated);
  response.vary('Accept-Encoding').type('html');
  const [encoding] = encodingsFor(request);
  if (!encoding) {
    response.send(html);
    return;
  }
  const body = await (encoding === 'br' ? brotli(html, brotliOptions) : gzip(html));
  response.setHeader('Content-Encoding', encoding);
  response.send(body);
}

/** Those that the client takes, the best first. */
function encodingsFor(request: Request): (typeof encodings)[number][] {
  return encodings.filter((encoding) => request.acceptsEncodings(encoding) === encoding);
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
