import type * as configModule from '../../src/config.js';
import type * as serverModule from '../../src/server.js';
import { serveBench } from './bench-process.js';

/** The server as it is shipped: the compiled output, which `npm run bench` has brought up to date, with its media engine. */
const compiled = new URL('../../dist/src/', import.meta.url).href;
const { configOf } = (await import(`${compiled}config.js`)) as typeof configModule;
const { startServer } = (await import(`${compiled}server.js`)) as typeof serverModule;

const server = await startServer(configOf({ port: 0, host: '127.0.0.1', logLevel: 'warn' }));
serveBench(`${server.url.replace(/^http/, 'ws')}room`, () => server.stop());
