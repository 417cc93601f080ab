/**
 * Writes the pages of docs/ that are made from tables in the code, and from the types of the client library.
 *
 *   npm run docs
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openRpcDocument } from '../dialects/kurento-room/openrpc.js';
import { clientReference, clientReferencePath } from './client-reference.js';
import { clientTypes } from './client-types.mjs';
import { configurationPage, configurationPagePath } from './configuration-page.js';
import { protocolPage, protocolPagePath } from './protocol-page.js';
import { restPage, restPagePath } from './rest-page.js';

writeFileSync(protocolPagePath, await protocolPage(openRpcDocument()));
writeFileSync(configurationPagePath, await configurationPage());
writeFileSync(restPagePath, await restPage());
const entries = await clientTypes(fileURLToPath(new URL('../', import.meta.url)));
writeFileSync(clientReferencePath, await clientReference(entries));
