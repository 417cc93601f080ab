import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { displayedUrl } from '../../media/displayed-url.js';
import { serverAddress } from '../../media/kurento/server-address.js';
import { fail, ok } from './found.js';
import type { Check, Found } from './found.js';

const info = z.object({ value: z.object({ version: z.string() }) });
const made = z.object({ value: z.string(), sessionId: z.string().optional() });
const released = z.looseObject({});
const refusal = z.object({ error: z.object({ message: z.string() }) });

/** How long a Kurento media server has for its answers, in ms. */
const patienceMs = 4_000;

/** Their versions, and whether a pipeline can be made there. */
export const checkKurento: Check = ({ kmsUris }) =>
  Promise.all(
    kmsUris.map(async (url): Promise<Found> => {
      const shown = displayedUrl(url);
      try {
        return ok(`${shown}: version ${await versionOf(url)}; it makes a pipeline`);
      } catch (error) {
        const text = `${shown}: ${(error as Error).message}`;
        return fail(`${text}. Look whether it runs and has memory left, and whether KMS_URIS has its port and path`);
      }
    }),
  );

/** Rejects when it does not answer as a Kurento media server does, and when it refuses. */
async function versionOf(url: string): Promise<string> {
  const { url: address, headers } = serverAddress(url);
  const socket = new WebSocket(address, { handshakeTimeout: patienceMs, headers });
  const signal = AbortSignal.timeout(patienceMs);
  let lastId = 0;
  const ask = async <Schema extends z.ZodType>(
    method: string,
    params: object,
    schema: Schema,
  ): Promise<z.output<Schema>> => {
    const answered = once(socket, 'message', { signal });
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: (lastId += 1), method, params }));
    const [data] = (await answered) as [Buffer];
    const answer = jsonIn(data.toString());
    const given = schema.safeParse(z.object({ result: z.unknown() }).safeParse(answer).data?.result);
    if (given.success) return given.data;
    const { data: refused } = refusal.safeParse(answer);
    throw new Error(
      refused ? `${method}: ${refused.error.message}` : 'it answers, and not as a Kurento media server does',
    );
  };
  try {
    await once(socket, 'open', { signal });
    const manager = { object: 'manager_ServerManager', operation: 'getInfo' };
    const { value } = await ask('invoke', manager, info);
    const { value: object, sessionId } = await ask('create', { type: 'MediaPipeline', constructorParams: {} }, made);
    await ask('release', { object, sessionId }, released);
    return value.version;
  } catch (error) {
    throw signal.aborted ? new Error(`it does not answer within ${patienceMs / 1_000} s`) : error;
  } finally {
    socket.on('error', () => undefined).terminate();
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
