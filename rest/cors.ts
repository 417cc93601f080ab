import type { RequestHandler } from 'express';

/**
 * Which pages may read the answers. Cookies are not used, so every page may when no origins are configured: an operation that
 * changes something needs a token that the page would have to know.
 */
export function cors(allowedOrigins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    if (allowedOrigins.length === 0) {
      response.set('Access-Control-Allow-Origin', '*');
    } else {
      // A cache must not give the answer for a page that may not read it to a page that may.
      response.vary('Origin');
      if (origin !== undefined && allowedOrigins.includes(origin)) response.set('Access-Control-Allow-Origin', origin);
    }
    next();
  };
}
