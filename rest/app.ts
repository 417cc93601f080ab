import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import type { Rooms } from '../rooms/rooms.js';
import { healthRouter } from './health.js';
import type { Health } from './health.js';
import { roomsRouter } from './rooms.js';

export interface AppOptions {
  readonly rooms: Rooms;
  readonly health: () => Health;
  /** The folder of the demo's files. */
  readonly demo: string;
  readonly pathPrefix: string;
  /** Hears of what a handler threw; the client is told nothing about it. */
  readonly onDefect: (path: string, error: unknown) => void;
}

/** Everything that is served over plain HTTP. */
export function restApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  const routes = express.Router();
  routes.use((_request, response, next) => {
    response.set({ 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'same-origin' });
    next();
  });
  routes.use(openToAll, roomsRouter(options.rooms), healthRouter(options.health));
  routes.use(express.static(options.demo));
  app.use(options.pathPrefix === '' ? '/' : options.pathPrefix, routes);
  app.use((_request: Request, response: Response) => {
    response.status(404).json({ error: 'not found' });
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const status = statusOf(error);
    if (status >= 500) options.onDefect(request.path, error);
    response.status(status).json({ error: status >= 500 ? 'internal error' : 'bad request' });
  });
  return app;
}

/** What can be read without a secret may be read by pages of any origin. */
function openToAll(_request: Request, response: Response, next: NextFunction): void {
  response.set('Access-Control-Allow-Origin', '*');
  next();
}

/** Express marks a client's fault, such as a malformed path, with a status below 500. */
function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
