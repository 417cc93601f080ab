import { configOf } from '../../src/config.js';
import type { Config } from '../../src/config.js';
import { startServer } from '../../src/server.js';
import type { RunningServer } from '../../src/server.js';

/** Starts the real server, embedded media engine included, for the tests of one `describe`. */
export function useServer(options: Partial<Config> = {}): () => RunningServer {
  let server: RunningServer | undefined;
  before(async () => {
    server = await startServer(configOf({ port: 0, host: '127.0.0.1', logLevel: 'error', ...options }));
  });
  after(() => server?.stop());
  return () => {
    if (!server) throw new Error('the server is there between before and after');
    return server;
  };
}
