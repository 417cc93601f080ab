/** As server-program.ts: a node that serves the clients of all worlds, and that a test can kill. */
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { serve } from '../../src/serve.js';
import { FakeMedia } from '../support/fake-media.js';
import { GivenOwner, passing } from '../support/gateway.js';

const config = readConfig([], process.env);
const log = createLog(config.logLevel, config.logFormat);
const { url } = await serve(config, new FakeMedia(), { log, passing: passing('the owner', new GivenOwner()) });
process.stdout.write(`Atrium is open: ${url}\n`);
