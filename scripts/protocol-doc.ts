import { writeFileSync } from 'node:fs';
import { openRpcDocument } from '../src/protocol/openrpc.js';
import { protocolPage, protocolPagePath } from './protocol-page.js';

writeFileSync(protocolPagePath, await protocolPage(openRpcDocument()));
