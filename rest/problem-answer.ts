import { STATUS_CODES } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { Express, NextFunction, Request, Response } from 'express';
import { Problem } from './problem.js';
import type { ProblemCode } from './problem.js';
import { asProblem } from './room-problem.js';
import type { Component } from './schemas.js';

/** Called with what a handler threw. The client is told no details. */
export type OnDefect = (path: string, error: unknown) => void;

/** Answers what no route of the app has answered, and what its handlers have thrown. Called when the app has all its routes. */
export function answerProblems(app: Express, onDefect: OnDefect): void {
  app.use(({ method }, response) => {
    // Load balancers ask so whether the server is there, at any path.
    if (method === 'OPTIONS') {
      response.status(204).set('Allow', 'GET, HEAD, OPTIONS').end();
      return;
    }
    throw new Problem('not-found', 'Nothing is served at this path');
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const problem = problemOf(error);
    if (isDefect(error)) onDefect(request.path, error);
    // Half of an answer: the client sees that the rest is missing.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.status(problem.status).set(problem.headers);
    response.type('application/problem+json').send(JSON.stringify(bodyOf(problem)));
  });
}

/** Whether the server failed. One that cannot do it at present has not. */
export function isDefect(thrown: unknown): boolean {
  const { status } = problemOf(thrown);
  return status >= 500 && status !== 503 && status !== 507;
}

function problemOf(thrown: unknown): Problem {
  const error = asProblem(thrown);
  if (error instanceof Problem) return error;
  // Express marks a fault of the client, such as a malformed path, with a status below 500.
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return new Problem('too-large', 'The body has more than 64 kB');
  return typeof status === 'number' && status >= 400 && status < 500
    ? new Problem('bad-request', 'The path, a parameter or the body is malformed')
    : new Problem('internal-error', 'The server failed to answer');
}

/** Why a request may not come in, by the status of the answer. */
const refusals: Readonly<Record<number, ProblemCode>> = {
  403: 'origin-not-allowed',
  408: 'too-late',
  426: 'upgrade-needed',
  429: 'too-many',
  503: 'no-place',
};

/** Answers a request that may not come in. */
export function refuseAsProblem(response: ServerResponse, status: number, reason: string): void {
  const problem = new Problem(refusals[status] ?? 'bad-request', reason);
  const body = JSON.stringify(bodyOf(problem));
  response.writeHead(problem.status, {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

function bodyOf({ code, status, message }: Problem): Component<'Problem'> {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? '', status, detail: message, code };
}
