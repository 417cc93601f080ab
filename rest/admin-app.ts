import express from 'express';
import type { Express, Router } from 'express';
import { healthAnswer, readinessAnswer } from './health.js';
import type { Health, Readiness } from './health.js';
import type { Metrics } from './metrics/metrics.js';
import { Problem } from './problem.js';
import { answerProblems } from './problem-answer.js';
import type { OnDefect } from './problem-answer.js';

export interface AdminAppOptions {
  readonly health: () => Health;
  /** As `AppOptions.readiness`. */
  readonly readiness: () => Readiness;
  readonly metrics: Metrics;
  /** As `RestApp.ofOperator`. */
  readonly operations: Router;
  /** Whether other machines can reach it. */
  readonly isRemote: boolean;
  readonly onDefect: OnDefect;
}

const ownHost = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i;

/** What is served at ADMIN_PORT, without a token: the port is for programs of the operator. */
export function adminApp({ health, readiness, metrics, operations, isRemote, onDefect }: AdminAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(({ headers }, _response, next) => {
    // A page in a browser of this machine can reach the port, too; a name of its own that leads here would make it ours.
    const isPage = headers.origin !== undefined || (headers['sec-fetch-site'] ?? 'none') !== 'none';
    if (isPage || (!isRemote && !ownHost.test(headers.host ?? ''))) {
      throw new Problem('forbidden', 'This port is for programs of the operator, not for pages');
    }
    next();
  });
  app.get('/metrics', metrics);
  app.get('/healthz', (_request, response) => {
    const { status, body } = healthAnswer(health(), true);
    response.status(status).set('Cache-Control', 'no-store').json(body);
  });
  app.get('/readyz', (_request, response) => {
    const { status, body } = readinessAnswer(readiness());
    response.status(status).set('Cache-Control', 'no-store').json(body);
  });
  app.use(operations);
  answerProblems(app, onDefect);
  return app;
}
