import type { Endpoint } from './endpoint.js';
import { messageEndpoints } from './message-endpoints.js';
import { operatorEndpoints } from './operator-endpoints.js';
import { sessionEndpoints } from './session-endpoints.js';
import { streamEndpoints } from './stream-endpoints.js';
import { userEndpoints } from './user-endpoints.js';

/** All requests (docs/protocols/orchestrator.md#3-endpoint-table, #10-operator-surface). */
export const endpoints: readonly Endpoint[] = [
  ...operatorEndpoints,
  ...userEndpoints,
  ...sessionEndpoints,
  ...messageEndpoints,
  ...streamEndpoints,
];
