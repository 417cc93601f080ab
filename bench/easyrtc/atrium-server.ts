import type * as configModule from '../../src/config.js';
import type * as serverModule from '../../src/server.js';
import { serveBench } from '../signalling/bench-process.js';

/** The server as it is shipped, without media. */
const compiled = new URL('../../dist/src/', import.meta.url).href;
const { configOf } = (await import(`${compiled}config.js`)) as typeof configModule;
const { startServer } = (await import(`${compiled}server.js`)) as typeof serverModule;

const server = await startServer(
  configOf({ port: 0, host: '127.0.0.1', logLevel: 'error', easyrtc: { roomMaxConnections: 0 } }),
);
serveBench(server.url, () => server.stop());
