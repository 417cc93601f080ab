import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Doors } from '../../../transport/doors.js';
import { callerOf } from '../../../transport/gate/caller.js';
import { networkOf } from '../../../transport/gate/network.js';
import { readBody } from '../../../transport/request-body.js';
import type { BackEnds } from './back-ends.js';
import { Refusal, refusalOf } from './refusal.js';
import type { OvAnswer, OvRequest } from './request.js';

export const apiPath = '/openvidu/api';

/** The paths without `/openvidu`. Our own API is at /api/v1, and everything else below /api is not theirs. */
const deprecated = [
  ['/api/sessions', '/sessions'],
  ['/api/tokens', '/tokens'],
  ['/api/signal', '/signal'],
  ['/api/recordings', '/recordings'],
  ['/config', '/config'],
] as const;

/** Of a body, in bytes: ICE servers and data of one connection. */
const maxBytes = 262_144;

const methods = 'GET, POST, PUT, PATCH, DELETE, OPTIONS';

/** Lets back ends in over HTTP, at the root whatever PATH_PREFIX is: their clients know no other path. */
export function openHttpDoor(
  doors: Pick<Doors, 'mount'>,
  backEnds: Pick<BackEnds, 'serve'>,
  hasDeprecated: boolean,
): void {
  const mount = (at: string, path: string): void => {
    doors.mount(
      at,
      (request, response) => void serve(backEnds, request, response, (url) => path + url.slice(at.length)),
    );
  };
  mount(apiPath, '');
  doors.mount('/openvidu/cdr', (_request, response) => {
    send(response, { status: 501, text: 'Files of call details are not kept here' });
  });
  if (hasDeprecated) for (const [at, path] of deprecated) mount(at, path);
}

/** @param pathOf the path of the API at which a path of the server is */
async function serve(
  backEnds: Pick<BackEnds, 'serve'>,
  request: IncomingMessage,
  response: ServerResponse,
  pathOf: (url: string) => string,
): Promise<void> {
  if (request.method === 'OPTIONS') {
    send(response, { status: 200, headers: preflight(request) });
    return;
  }
  let given: OvRequest;
  try {
    given = requestOf(request, pathOf, (await readBody(request, maxBytes)).toString('utf8'));
  } catch (error) {
    // A request that broke off is no defect of the server, and nobody hears the answer.
    if (request.destroyed && !request.complete) return;
    const { status, message } = refusalOf(error) ?? new Refusal(500, 'The server failed to answer');
    send(response, { status, text: message });
    return;
  }
  send(response, await backEnds.serve(given));
}

function requestOf(request: IncomingMessage, pathOf: (url: string) => string, body: string): OvRequest {
  const { address, secure, host } = callerOf(request);
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const { authorization } = request.headers;
  return {
    ...{ method: request.method ?? 'GET', path: pathOf(path), body },
    query: Object.fromEntries(new URLSearchParams(query)),
    ...(authorization !== undefined && { authorization }),
    network: networkOf(address),
    site: `${secure ? 'https' : 'http'}://${host}`,
  };
}

/** For pages of other origins that the operator allows: many of the tutorials ask from the browser. */
function preflight({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const wanted = headers['access-control-request-headers'];
  return {
    Allow: methods,
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': wanted ?? 'Authorization, Content-Type',
    'Access-Control-Max-Age': '600',
  };
}

/** Answers, if nobody has done so: a client that sends too slowly has been refused, and one that has gone hears nothing. */
export function send(response: ServerResponse, { status, headers = {}, json, text }: OvAnswer): void {
  if (response.headersSent || response.destroyed) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('Cache-Control', 'no-store');
  if (response.req.headers.origin !== undefined) {
    response.setHeader('Access-Control-Expose-Headers', 'Allow, Retry-After, WWW-Authenticate');
  }
  // The rest of a body that nobody wants is not waited for.
  if (!response.req.complete) response.setHeader('Connection', 'close');
  const body = json === undefined ? (text ?? '') : JSON.stringify(json);
  if (body !== '')
    response.setHeader('Content-Type', json === undefined ? 'text/plain; charset=UTF-8' : 'application/json');
  if (status !== 204) response.setHeader('Content-Length', Buffer.byteLength(body));
  response.writeHead(status).end(body);
}
