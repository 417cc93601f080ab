import type { Endpoint } from './endpoint.js';
import { messageEndpoints } from './message-endpoints.js';
import { operatorEndpoints } from './operator-endpoints.js';
import { sessionEndpoints } from './session-endpoints.js';
import { streamEndpoints } from './stream-endpoints.js';
import { userEndpoints } from './user-endpoints.js';

/** All requests (Orchestrator §3, §10). */
export const endpoints: readonly Endpoint[] = [
  ...operatorEndpoints,
  ...userEndpoints,
  ...sessionEndpoints,
  ...messageEndpoints,
  ...streamEndpoints,
];
