import type { Log } from '../log.js';
import type { ServerFigures } from '../media/server-figures.js';
import { payer } from '../transport/gate/account.js';
import type { Config } from './config.js';
import type { Tracing } from './tracing.js';

/** The packages of traces are loaded where something is traced. */
export async function wantedTracing(
  { otelExporterOtlpEndpoint: endpoint, serverName }: Config,
  log: Log,
  servers: readonly ServerFigures[] = [],
): Promise<Tracing | undefined> {
  if (endpoint === '') return undefined;
  const { startTracing } = await import('./start-tracing.js');
  const tracing = await startTracing(endpoint, serverName || 'atrium', log, payer);
  for (const [index, figures] of servers.entries()) {
    figures.onCall = (call, outcome, ms) => tracing?.mediaCall(index, call, outcome, ms);
  }
  return tracing;
}
