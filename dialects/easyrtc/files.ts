import { realpath } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join, sep } from 'node:path';
import express from 'express';
import type { NextFunction, Request, Response } from 'express';

/**
 * Serves one folder to pages of any origin: the operator's copy of the EasyRTC script and its files
 * (docs/protocols/easyrtc.md#2-transport).
 * @param path where the folder is mounted
 */
export function filesOf(path: string, folder: string): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.use(({ method }, response, next) => {
    if (method === 'GET' || method === 'HEAD') next();
    else response.writeHead(method === 'OPTIONS' ? 204 : 405, { allow: 'GET, HEAD, OPTIONS' }).end();
  });
  app.use(path, async (request, _response, next) => {
    await checkInside(folder, decodeURIComponent(request.path));
    next();
  });
  app.use(path, express.static(folder, { dotfiles: 'allow', index: false, redirect: false }));
  app.use((_request, response) => {
    notFound(response);
  });
  // Express knows an error handler by its four parameters.
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    notFound(response);
  });
  return app;
}

/** `express.static` would follow a link out of the folder. @throws Error for a file outside the folder */
async function checkInside(folder: string, name: string): Promise<void> {
  const root = await realpath(folder);
  const file = await realpath(join(root, name));
  if (!file.startsWith(root + sep)) throw new Error('not in the folder');
}

function notFound(response: Response): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(404, { 'content-type': 'text/plain' }).end();
}
