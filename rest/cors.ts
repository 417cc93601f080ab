import type { RequestHandler } from 'express';

/**
 * Which pages may read what is served. Cookies play no part, so any page may when no origins are configured: what
 * changes something needs a token that the page would have to know.
 */
export function cors(allowedOrigins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    if (allowedOrigins.length === 0) {
      response.set('Access-Control-Allow-Origin', '*');
    } else {
      // Also an answer to a page that may not read it must not be given by a cache to one that may.
      response.vary('Origin');
      if (origin !== undefined && allowedOrigins.includes(origin)) response.set('Access-Control-Allow-Origin', origin);
    }
    next();
  };
}
