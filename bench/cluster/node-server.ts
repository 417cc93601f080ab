import { readdirSync } from 'node:fs';
import type * as library from '../../src/index.js';
import { serveBench } from '../signalling/bench-process.js';

/**
 * A server as it is shipped: the compiled output, which `npm run bench` has brought up to date. Its argument is JSON: its options, and in
 * `withCluster` whether what only nodes need is loaded all the same.
 */
const compiled = new URL('../../dist/src/index.js', import.meta.url).href;
const { configOf, startServer } = (await import(compiled)) as typeof library;

const { withCluster, ...options } = JSON.parse(process.argv[2] ?? '{}') as library.GivenConfig & {
  readonly withCluster?: boolean;
};
if (withCluster === true) {
  const chunks = new URL('../../dist/chunks/', import.meta.url);
  const name = readdirSync(chunks).find((each) => /^cluster-\w+\.js$/.test(each)) ?? 'cluster.js';
  await import(new URL(name, chunks).href);
}
const server = await startServer(configOf({ port: 0, host: '127.0.0.1', logLevel: 'warn', ...options }));
serveBench(`${server.url.replace(/^http/, 'ws')}room`, () => server.stop());
