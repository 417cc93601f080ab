/**
 * Writes the pages of docs/ that are made from tables in the code.
 *
 *   npm run docs
 */
import { writeFileSync } from 'node:fs';
import { openRpcDocument } from '../dialects/kurento-room/openrpc.js';
import { configurationPage, configurationPagePath } from './configuration-page.js';
import { protocolPage, protocolPagePath } from './protocol-page.js';
import { restPage, restPagePath } from './rest-page.js';

writeFileSync(protocolPagePath, await protocolPage(openRpcDocument()));
writeFileSync(configurationPagePath, await configurationPage());
writeFileSync(restPagePath, await restPage());
