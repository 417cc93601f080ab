import type * as library from '../../src/index.js';
import { serveBench } from './bench-process.js';
import { openViduSecret } from './protocols.js';

/**
 * The server as it is shipped: the compiled output, which `npm run bench` has brought up to date, with its media engine. With the
 * argument `room-only` the doors of the other protocols are off.
 */
const compiled = new URL('../../dist/src/index.js', import.meta.url).href;
const { configOf, startServer } = (await import(compiled)) as typeof library;

const off = { enabled: false };
const doors = process.argv.includes('room-only')
  ? { easyrtc: off, orchestrator: off, concierge: off, compeit: off, whip: off }
  : { openvidu: { secret: openViduSecret } };
const server = await startServer(configOf({ port: 0, host: '127.0.0.1', logLevel: 'warn', ...doors }));
serveBench(`${server.url.replace(/^http/, 'ws')}room`, () => server.stop());
