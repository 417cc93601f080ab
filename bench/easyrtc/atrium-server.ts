import type * as library from '../../src/index.js';
import { serveBench } from '../signalling/bench-process.js';

/** The server as it is shipped, without media. */
const compiled = new URL('../../dist/src/index.js', import.meta.url).href;
const { configOf, startServer } = (await import(compiled)) as typeof library;

const server = await startServer(
  configOf({ port: 0, host: '127.0.0.1', logLevel: 'error', easyrtc: { roomMaxConnections: 0 } }),
);
serveBench(server.url, () => server.stop());
