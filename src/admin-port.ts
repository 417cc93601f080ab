import { createServer } from 'node:http';
import type { ServerOptions } from 'node:http';
import type { Log } from '../log.js';
import { adminApp } from '../rest/admin-app.js';
import type { AdminAppOptions } from '../rest/admin-app.js';
import { refuseAsProblem } from '../rest/problem-answer.js';
import { Doors } from '../transport/doors.js';
import type { DoorsOptions } from '../transport/doors.js';
import { closeHttp, isLoopback, listen, literal, surviveErrors } from './listening.js';
import type { Place } from './listening.js';

/** The listener of ADMIN_PORT. */
export interface AdminPort {
  /** As http://127.0.0.1:9090/ */
  readonly url: string;
  close(): Promise<void>;
}

export interface AdminPortOptions {
  readonly app: Omit<AdminAppOptions, 'isRemote'>;
  /** With a gate of its own: a crowd at the other port takes no place here. */
  readonly doors: Omit<DoorsOptions, 'otherwise' | 'refuse'>;
  readonly patience: Pick<ServerOptions, 'headersTimeout' | 'requestTimeout' | 'connectionsCheckingInterval'>;
  readonly log: Log;
}

/** @throws ConfigError when the server cannot listen there */
export async function openAdminPort(
  place: Place,
  { app, doors: options, patience, log }: AdminPortOptions,
): Promise<AdminPort> {
  const http = createServer(patience);
  surviveErrors(http, log);
  const otherwise = adminApp({ ...app, isRemote: !isLoopback(place.host) });
  const doors = new Doors(http, { ...options, otherwise, refuse: refuseAsProblem });
  const port = await listen(http, place);
  return {
    url: `http://${literal(place.host || 'localhost')}:${port}/`,
    close: async () => {
      await doors.close();
      await closeHttp(http);
    },
  };
}
