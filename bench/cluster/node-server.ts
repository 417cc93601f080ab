import type * as configModule from '../../src/config.js';
import type * as serverModule from '../../src/server.js';
import { serveBench } from '../signalling/bench-process.js';

/**
 * A server as it is shipped: the compiled output, which `npm run bench` has brought up to date. Its argument is JSON: its options, and in
 * `withCluster` whether what only nodes need is loaded all the same.
 */
const compiled = new URL('../../dist/src/', import.meta.url).href;
const { configOf } = (await import(`${compiled}config.js`)) as typeof configModule;
const { startServer } = (await import(`${compiled}server.js`)) as typeof serverModule;

const { withCluster, ...options } = JSON.parse(process.argv[2] ?? '{}') as configModule.GivenConfig & {
  readonly withCluster?: boolean;
};
if (withCluster === true) await import(`${compiled}cluster.js`);
const server = await startServer(configOf({ port: 0, host: '127.0.0.1', logLevel: 'warn', ...options }));
serveBench(`${server.url.replace(/^http/, 'ws')}room`, () => server.stop());
