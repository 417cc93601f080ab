import { STATUS_CODES } from 'node:http';
import type { ServerResponse } from 'node:http';
import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import type { Rooms } from '../rooms/index.js';
import { Admin } from './admin.js';
import { cors } from './cors.js';
import { healthHandlers } from './health.js';
import type { Health } from './health.js';
import { iceHandlers } from './ice.js';
import type { IceServers } from './ice.js';
import { openApiDocument } from './openapi.js';
import { metrics } from './metrics.js';
import { originalHandlers } from './original.js';
import type { PageSettings } from './original.js';
import { Problem } from './problem.js';
import { roomHandlers } from './rooms.js';
import type { OnChange } from './rooms.js';
import { operationsRouter } from './router.js';
import type { Component } from './schemas.js';

export interface AppOptions {
  readonly rooms: Rooms;
  readonly health: () => Health;
  readonly pageSettings: PageSettings;
  /** STUN and TURN servers for clients. */
  readonly iceServers: IceServers;
  /** The folder of the demo's files. */
  readonly demo: string;
  /** The folder of the client library, for pages of others; served below /client. */
  readonly client: string;
  /** The Content-Security-Policy of the demo's page. */
  readonly pagePolicy: string;
  readonly pathPrefix: string;
  /** Pages that may read the answers, as https://host[:port]; empty: all. */
  readonly allowedOrigins: readonly string[];
  /** A client that bears it may change things. Empty: nobody may. */
  readonly adminToken: string;
  /** Whether the original's GET /close is served. */
  readonly closeByGet: boolean;
  readonly onChange: OnChange;
  /** The OpenRPC document of the room protocol. */
  readonly openRpc: Readonly<Record<string, unknown>>;
  /** Called with what a handler threw. The client is told no details. */
  readonly onDefect: (path: string, error: unknown) => void;
}

/** Everything that is served over plain HTTP. */
export function restApp(options: AppOptions): Express {
  const { rooms, pageSettings, closeByGet, onChange } = options;
  const openApi = openApiDocument(options.pathPrefix);
  const handlers = {
    ...roomHandlers(rooms, onChange),
    ...originalHandlers(rooms, pageSettings, closeByGet, onChange),
    ...healthHandlers(options.health),
    ...iceHandlers(options.iceServers),
    getOpenApi: () => ({ status: 200, body: openApi }) as const,
    getOpenRpc: () => ({ status: 200, body: options.openRpc }) as const,
  };
  const app = express();
  app.disable('x-powered-by');
  app.use(cors(options.allowedOrigins));
  const routes = express.Router();
  routes.use((request, response, next) => {
    const [path = '', ...query] = request.originalUrl.split('?');
    // The addresses in the page are relative to the folder.
    if (path !== '' && path === options.pathPrefix) response.redirect(301, [`${path}/`, ...query].join('?'));
    else next();
  });
  routes.get('/metrics', metrics(rooms, options.health));
  routes.use(operationsRouter(handlers, new Admin(options.adminToken)));
  routes.use('/client', express.static(options.client, { redirect: false }));
  const asPage = (response: ServerResponse, path: string): void => {
    if (path.endsWith('.html')) response.setHeader('Content-Security-Policy', options.pagePolicy);
  };
  routes.use(express.static(options.demo, { setHeaders: asPage, redirect: false }));
  app.use(options.pathPrefix === '' ? '/' : options.pathPrefix, routes);
  app.use(() => {
    throw new Problem('not-found', 'Nothing is served at this path');
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const problem = problemOf(error);
    if (problem.status >= 500) options.onDefect(request.path, error);
    response.status(problem.status).set(problem.headers);
    response.type('application/problem+json').send(JSON.stringify(bodyOf(problem)));
  });
  return app;
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Express marks a fault of the client, such as a malformed path, with a status below 500.
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500
    ? new Problem('bad-request', 'The path or a parameter is malformed')
    : new Problem('internal-error', 'The server failed to answer');
}

function bodyOf({ code, status, message }: Problem): Component<'Problem'> {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? '', status, detail: message, code };
}
