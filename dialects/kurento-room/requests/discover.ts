import { z } from 'zod';
import { connectionRequest } from '../request-type.js';

/** OpenRPC, Service Discovery. */
export const discover = connectionRequest({
  name: 'rpc.discover',
  params: z.object({}),
  result: z.looseObject({ openrpc: z.string() }),
  summary: 'The OpenRPC document of this protocol.',
  description: 'Needs no session. The result is the document itself, which is also at `/api/v1/openrpc.json`.',
  example: { params: {}, result: { openrpc: '1.3.2' } },
  handle: ({ document }) => ({ answer: document() }),
});
