import { configOf } from '../../src/config.js';
import { startServer } from '../../src/server.js';
import { serveBench } from './bench-process.js';

/** The server as it is shipped, its media engine beside it. */
const server = await startServer(configOf({ port: 0, host: '127.0.0.1', logLevel: 'error' }));
serveBench(`${server.url.replace(/^http/, 'ws')}room`, () => server.stop());
