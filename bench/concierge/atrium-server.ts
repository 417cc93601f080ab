import type * as library from '../../src/index.js';
import { serveBench } from '../signalling/bench-process.js';

/** The compiled server as it is shipped, except that clients may send without a limit of rate. */
const compiled = new URL('../../dist/src/index.js', import.meta.url).href;
const { configOf, startServer } = (await import(compiled)) as typeof library;

const unlimited = { concierge: { maxRate: 1e9, maxBurst: 1e9 } };
const server = await startServer(configOf({ port: 0, host: '127.0.0.1', logLevel: 'error', ...unlimited }));
serveBench(`${server.url.replace(/^http/, 'ws')}ws`, () => server.stop());
