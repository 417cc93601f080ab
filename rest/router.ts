import express, { Router } from 'express';
import type { IRoute, Request, Response } from 'express';
import { read } from '../options/faults.js';
import type { z } from 'zod';
import { Download } from './download.js';
import type { Operation } from './operation.js';
import { operations, queryPathOf } from './operations.js';
import type { Asking, Handlers, OperationName } from './operations.js';
import { Problem } from './problem.js';
import type { RoomRequests } from './room-requests.js';

interface Answered {
  readonly status: number;
  readonly body: unknown;
}
type Handler = (input: unknown, asking: Asking, body: unknown) => Answered | Promise<Answered>;

/**
 * What a handler is told of the client.
 * @param room the name of the room that it is about; empty for none
 * @throws Problem for a client that may not
 */
export type AskingOf = (request: Request, operation: Operation, room: string) => Promise<Asking>;

/** The name of the room of a recording. @throws Problem `recording-not-found` when the client may not know of it */
export type RoomOfRecording = (id: string, asking: Asking) => Promise<string>;

/** Of the body of a request. */
const maxBody = '64kb';

export interface RouterNeeds {
  readonly askingOf: AskingOf;
  readonly roomOfRecording: RoomOfRecording;
  readonly requests: RoomRequests;
}

/**
 * Routes for operations of the table. Each refusal is thrown as a Problem, which the app answers.
 * @param isServed Default: all are
 */
export function operationsRouter(
  handlers: Handlers<OperationName>,
  needs: RouterNeeds,
  isServed: (name: OperationName) => boolean = () => true,
): Router {
  const router = Router();
  for (const [path, names] of byPath(isServed)) {
    const route = router.route(path.replace(/\{(\w+)\}/g, ':$1'));
    const allow = allowed(names);
    for (const name of names) {
      const operation: Operation = operations[name];
      // TypeScript cannot relate a handler to its schema through a union index. The type of `handlers` guarantees it.
      serve(route, operation, handlers[name] as Handler, needs);
    }
    route.options((_request, response) => {
      response.set({
        Allow: allow,
        'Access-Control-Allow-Methods': allow,
        'Access-Control-Allow-Headers': 'Authorization, Content-Type',
        'Access-Control-Max-Age': '600',
      });
      response.status(204).end();
    });
    route.all((request) => {
      throw notAllowed(request, allow);
    });
  }
  return router;
}

function serve(
  route: IRoute,
  operation: Operation,
  handler: Handler,
  { askingOf, roomOfRecording, requests }: RouterNeeds,
): void {
  // Express answers HEAD with the handler of GET, which is harmless only where GET is.
  if (operation.access === 'admin' && operation.method === 'get') {
    route.head((request) => {
      throw notAllowed(request, 'GET, OPTIONS');
    });
  }
  const readJson = express.json({ limit: maxBody, strict: true });
  const bodyOf = operation.body ? [readJson] : [];
  route[operation.method](...bodyOf, async (request: Request, response: Response) => {
    const named = roomOf(request);
    const asking = await askingOf(request, operation, named);
    const input = read(operation.params, { ...request.query, ...request.params }, 'the query');
    if (!input.success) throw new Problem('bad-request', input.faults);
    const body = operation.body && bodyIn(request, operation.body, operation.bodyIsOptional ? {} : undefined);
    const here = async (): Promise<() => void | Promise<void>> => {
      const answer = await handler(input.data, asking, body);
      return () => {
        if (answer.body instanceof Download) return answer.body.send(request, response);
        // Rooms change, so answers are not cached.
        response.status(answer.status).set('Cache-Control', 'no-store');
        if (answer.body === undefined) response.end();
        else response.json(answer.body);
        return undefined;
      };
    };
    const isOfRecording = operation.node === 'of-recording';
    if (!isOfRecording && !isAboutRoom(operation)) {
      await (
        await here()
      )();
      return;
    }
    const room = isOfRecording ? await roomOfRecording(String(request.params.id), asking) : named;
    const { url } = request;
    const given = Buffer.from(operation.body ? JSON.stringify(request.body) : '');
    await requests.answer({ request, response, url, room, body: given, changes: changesRoom(operation) }, here);
  });
}

/** Whether the node that owns the room is to do it. */
function isAboutRoom(operation: Operation): boolean {
  if (operation.node === 'any') return false;
  return 'room' in operation.params.shape || operation === operations.createRoom;
}

/** The original closes a room by a GET. */
function changesRoom({ method, access }: Operation): boolean {
  return method !== 'get' || access === 'admin';
}

/** The room that a request is about, before its parameters are checked: in the path, the query, or the body of one that makes a room. */
function roomOf({ params, query, body }: Request): string {
  const made: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'name') : undefined;
  const { room = query.room ?? made } = params;
  return typeof room === 'string' ? room : '';
}

/** @param otherwise what a request without a body is taken as. @throws Problem `wrong-type`, `bad-request` */
function bodyIn(request: Request, schema: z.ZodType, otherwise: unknown): unknown {
  const isTyped = request.headers['content-type'] !== undefined;
  const given: unknown = isTyped ? request.body : otherwise;
  if (given === undefined) {
    const isJson = request.is('application/json') !== false;
    throw isJson
      ? new Problem('bad-request', 'A body of JSON is missing')
      : new Problem('wrong-type', 'The body must be JSON, as Content-Type: application/json');
  }
  const body = read(schema, given, 'the body');
  if (!body.success) throw new Problem('bad-request', body.faults);
  return body.data;
}

function byPath(isServed: (name: OperationName) => boolean): ReadonlyMap<string, readonly OperationName[]> {
  const found = new Map<string, OperationName[]>();
  for (const name of (Object.keys(operations) as OperationName[]).filter(isServed)) {
    const { path } = operations[name];
    for (const each of [path, queryPathOf(path)]) {
      if (each !== undefined) found.set(each, [...(found.get(each) ?? []), name]);
    }
  }
  return found;
}

function allowed(names: readonly OperationName[]): string {
  const methods = names.flatMap((name) => {
    const { method, access } = operations[name];
    return method === 'get' && access !== 'admin' ? ['GET', 'HEAD'] : [method.toUpperCase()];
  });
  return [...methods, 'OPTIONS'].join(', ');
}

function notAllowed(request: Request, allow: string): Problem {
  return new Problem('method-not-allowed', `${request.method} is not possible here, but ${allow} are`, {
    Allow: allow,
  });
}
