import { Router } from 'express';
import { staticFiles } from './static-files.js';

export interface ExamplesOptions {
  /** The folder of their files. */
  readonly examples: string;
  /** Their Content-Security-Policy. */
  readonly policy: () => string;
}

/** The pages for developers that begin with the client library, at /examples/. */
export function examplesRouter({ examples, policy }: ExamplesOptions): Router {
  const router = Router({ strict: true });
  // The addresses in the pages are relative to the folder. This one is relative too, for a proxy that adds a folder or takes one away.
  router.get('/examples', (request, response) => {
    const [, ...query] = request.originalUrl.split('?');
    response.redirect(301, ['examples/', ...query].join('?'));
  });
  const files = staticFiles(examples, (response) => {
    response.setHeader('Content-Security-Policy', policy());
  });
  router.use('/examples', (request, response, next) => {
    request.url = request.url.replace(/^\/(?=\?|$)/, '/index.html');
    files(request, response, next);
  });
  return router;
}
