import { Router } from 'express';

export interface MediaServerHealth {
  readonly url: string;
  readonly up: boolean;
  /** Endpoints there: publications and subscriptions of all rooms. */
  readonly load: number;
}

export interface Health {
  readonly mediaServers: readonly MediaServerHealth[];
}

/** 200 while rooms can have media, 503 while no media server is within reach: what a load balancer wants to know. */
export function healthRouter(health: () => Health): Router {
  return Router().get('/healthz', (_request, response) => {
    const { mediaServers } = health();
    const up = mediaServers.some((server) => server.up);
    response.status(up ? 200 : 503).json({ status: up ? 'ok' : 'no media server', mediaServers });
  });
}
