import { Router } from 'express';
import type { IRoute, Request, Response } from 'express';
import { read } from '../options/faults.js';
import { operations } from './operations.js';
import type { Asking, Handlers, Operation, OperationName } from './operations.js';
import { Problem } from './problem.js';

type Handler = (input: unknown, asking: Asking) => { readonly status: number; readonly body: unknown };

/** What a handler is told of the client. @throws Problem for a client that may not */
type AskingOf = (request: Request, operation: Operation) => Asking;

/** Routes for all operations of the table. Each refusal is thrown as a Problem, which the app answers. */
export function operationsRouter(handlers: Handlers<OperationName>, askingOf: AskingOf): Router {
  const router = Router();
  for (const [path, names] of byPath()) {
    const route = router.route(path.replace(/\{(\w+)\}/g, ':$1'));
    const allow = allowed(names);
    for (const name of names) {
      const operation: Operation = operations[name];
      // TypeScript cannot relate a handler to its schema through a union index. The type of `handlers` guarantees it.
      serve(route, operation, handlers[name] as Handler, askingOf);
    }
    route.options((_request, response) => {
      response.set({
        Allow: allow,
        'Access-Control-Allow-Methods': allow,
        'Access-Control-Allow-Headers': 'Authorization',
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

function serve(route: IRoute, operation: Operation, handler: Handler, askingOf: AskingOf): void {
  // Express answers HEAD with the handler of GET, which is harmless only where GET is.
  if (operation.access === 'admin' && operation.method === 'get') {
    route.head((request) => {
      throw notAllowed(request, 'GET, OPTIONS');
    });
  }
  route[operation.method]((request: Request, response: Response) => {
    const asking = askingOf(request, operation);
    const input = read(operation.params, { ...request.query, ...request.params }, 'the query');
    if (!input.success) throw new Problem('bad-request', input.faults);
    const { status, body } = handler(input.data, asking);
    // Rooms change, so answers are not cached.
    response.status(status).set('Cache-Control', 'no-store');
    if (body === undefined) response.end();
    else response.json(body);
  });
}

function byPath(): ReadonlyMap<string, readonly OperationName[]> {
  const found = new Map<string, OperationName[]>();
  for (const name of Object.keys(operations) as OperationName[]) {
    const { path } = operations[name];
    found.set(path, [...(found.get(path) ?? []), name]);
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
