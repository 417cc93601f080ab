import { writeFileSync } from 'node:fs';
import { openRpcDocument } from '../dialects/kurento-room/openrpc.js';
import { protocolPage, protocolPagePath } from './protocol-page.js';

writeFileSync(protocolPagePath, await protocolPage(openRpcDocument()));
