import express, { Router } from 'express';
import type { NextFunction, Request, Response } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Claim } from '../admin.js';
import { tokenNeeded } from '../admin.js';
import { stranger } from '../callers.js';
import type { Callers } from '../callers.js';
import { isDefect } from '../problem-answer.js';
import type { OnDefect } from '../problem-answer.js';
import type { RoomRequests } from '../room-requests.js';
import { codecFor } from './codec.js';
import { missing, roomService } from './room-service.js';
import type { Method, RoomServiceNeeds } from './room-service.js';
import { TwirpError, asTwirpError, twirpErrorOf } from './twirp-error.js';

/** Where it is: the client libraries take nothing but the host of the URL that they are given. */
export const twirpPath = '/twirp';

export interface TwirpOptions extends RoomServiceNeeds {
  readonly callers: Callers;
  readonly claimOf: (request: Request) => Claim;
  readonly requests: RoomRequests;
  readonly onDefect: OnDefect;
}

/** The RoomService of LiveKit's server API, for the path /twirp (docs/access.md#livekits-server-sdks). */
export function twirpRouter({ callers, claimOf, requests, onDefect, ...needs }: TwirpOptions): Router {
  const router = Router();
  /** Loaded with the first request: the library of the messages takes memory, and most servers never need it. */
  let methods: Promise<Map<string, Method>> | undefined;
  const readBody = express.raw({ limit: '64kb', type: () => true });
  router.options('/{*path}', (_request, response) => {
    response.set({
      Allow: 'POST, OPTIONS',
      'Access-Control-Allow-Methods': 'POST, OPTIONS',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type',
      'Access-Control-Max-Age': '600',
    });
    response.status(204).end();
  });
  router.post('/:service/:method', readBody, async (request: Request, response: Response) => {
    const { service, method: name } = request.params;
    methods ??= import('@livekit/protocol').then((protocol) => roomService(protocol, needs));
    const method = methodNamed(await methods, String(service), String(name));
    const codec = codecFor(request.headers['content-type']);
    const caller = await callers.of(claimOf(request));
    if (caller === stranger) throw tokenNeeded();
    const given: unknown = request.body;
    const body = given instanceof Uint8Array ? given : new Uint8Array();
    const call = method.read(codec, body);
    const { room } = call;
    callers.need(caller, method.grant, room);
    const here = async (): Promise<() => void> => {
      const answer = codec.encode(await call.run(caller));
      return () => {
        response.writeHead(200, {
          'Content-Type': codec.contentType,
          'Content-Length': answer.length,
          'Cache-Control': 'no-store',
        });
        response.end(answer);
      };
    };
    if (room === '') (await here())();
    else {
      const url = `${twirpPath}${request.url}`;
      await requests.answer({ request, response, url, room, body, changes: !readsOnly(String(name)) }, here);
    }
  });
  router.use(({ method, originalUrl }) => {
    throw new TwirpError('bad_route', `There is no method at ${method} ${originalUrl.slice(0, 200)}`);
  });
  // Express knows an error handler by its four parameters.
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const refusal = asTwirpError(error);
    if (refusal.status !== 501 && isDefect(error)) onDefect(request.originalUrl, error);
    send(response, refusal);
  });
  return router;
}

/** As LiveKit names its methods. */
function readsOnly(method: string): boolean {
  return /^(?:Get|List)/.test(method);
}

/** Whether a request is for this API, so that it is refused in its words. */
export function isTwirp(request: IncomingMessage): boolean {
  // Express cuts the URL while it serves a request.
  const whole: unknown = Reflect.get(request, 'originalUrl') ?? request.url;
  return typeof whole === 'string' && whole.startsWith(`${twirpPath}/`);
}

/** Answers a request that may not come in. */
export function refuseAsTwirp(response: ServerResponse, status: number, reason: string): void {
  send(response, twirpErrorOf(status, reason));
}

/** The type has no charset: LiveKit's SDK for Node.js shows the whole answer as the message then, and no code. */
function send(response: ServerResponse, { status, headers, body }: TwirpError): void {
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(body);
}

/** @throws TwirpError `unimplemented`, `bad_route` */
function methodNamed(methods: ReadonlyMap<string, Method>, service: string, name: string): Method {
  const [, short = ''] = /^livekit\.(\w+)$/.exec(service) ?? [];
  const found = short === 'RoomService' ? methods.get(name) : undefined;
  if (found) return found;
  if (missing.services.has(short) || (short === 'RoomService' && missing.methods.has(name))) {
    throw new TwirpError('unimplemented', `This server has no ${service}/${name}`);
  }
  throw new TwirpError('bad_route', `There is no method ${service}/${name}`.slice(0, 200));
}
