import { configOf } from '../../src/config.js';
import type { GivenConfig } from '../../src/config.js';
import { startServer } from '../../src/server.js';
import type { RunningServer, StartOptions } from '../../src/server.js';
import { givenMediaServers } from './media-server.js';
import { clusterOptions } from './cluster-options.js';
import { udpPorts } from './udp-ports.js';

/** Starts the real server with the media servers that KMS_URIS names, or else with the embedded engine. */
export async function startTestServer(options: GivenConfig = {}, more: StartOptions = {}): Promise<RunningServer> {
  const own: GivenConfig = {
    port: 0,
    host: '127.0.0.1',
    logLevel: 'error',
    mediaUdpPorts: udpPorts(),
    kmsUris: givenMediaServers,
    ...clusterOptions(),
  };
  const server = await startServer(configOf({ ...own, ...options }), {}, more);
  // It does not wait for a media server elsewhere, but the tests do.
  if (server.mediaServerUrls.every((url) => givenMediaServers.includes(url))) await server.mediaTrouble();
  return server;
}

/** The same for the tests of one `describe`. */
export function useServer(options: GivenConfig = {}, more: StartOptions = {}): () => RunningServer {
  let server: RunningServer | undefined;
  before(async () => {
    server = await startTestServer(options, more);
  });
  after(() => server?.stop());
  return () => {
    if (!server) throw new Error('the server is there between before and after');
    return server;
  };
}
