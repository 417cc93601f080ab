/** A server with media in memory in a process of its own, whose system may stop it or give it few descriptors. */
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { serve } from '../../src/serve.js';
import { FakeMedia } from '../support/fake-media.js';

const config = readConfig([], process.env);
const { url } = await serve(config, new FakeMedia(), {
  log: createLog(config.logLevel, config.logFormat),
  socketIoHeartbeat: { intervalMs: config.pingMs, timeoutMs: config.pingMs },
});
process.stdout.write(`Atrium is open: ${url}\n`);
