import { createServer } from 'node:http';
import type { ServerOptions } from 'node:http';
import type { Log } from '../log.js';
import { adminApp } from '../rest/admin-app.js';
import type { AdminAppOptions } from '../rest/admin-app.js';
import { refuseAsProblem } from '../rest/problem-answer.js';
import type { AnswerHeaders } from '../transport/answer-headers.js';
import { Exchanges } from '../transport/gate/exchanges.js';
import { closeHttp, isLoopback, listen, literal, surviveErrors } from './listening.js';
import type { Place } from './listening.js';

/** The listener of ADMIN_PORT. */
export interface AdminPort {
  /** As http://127.0.0.1:9090/ */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * @param stillMs how long a request or an answer may stand still because of the client
 * @throws ConfigError when the server cannot listen there
 */
export async function openAdminPort(
  place: Place,
  headers: AnswerHeaders,
  log: Log,
  options: Omit<AdminAppOptions, 'isRemote'>,
  patience: Pick<ServerOptions, 'headersTimeout' | 'requestTimeout' | 'connectionsCheckingInterval'>,
  stillMs: number,
): Promise<AdminPort> {
  const app = adminApp({ ...options, isRemote: !isLoopback(place.host) });
  const exchanges = new Exchanges(stillMs);
  const http = createServer(patience, (request, response) => {
    headers.set(request, response);
    const refuse = (): void => {
      refuseAsProblem(response, 408, 'The rest of the request did not come in time');
    };
    exchanges.watch({ request, response, refuse });
    app(request, response);
  });
  surviveErrors(http, log);
  const port = await listen(http, place);
  return { url: `http://${literal(place.host || 'localhost')}:${port}/`, close: () => closeHttp(http) };
}
