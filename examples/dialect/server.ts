/**
 * The server with one protocol more.
 *
 *   npm run build && npx tsx examples/dialect/server.ts [the flags of `npm start`]
 */
import { readConfig, startServer } from 'atrium';
import { LineDialect } from './line-dialect.js';

const config = readConfig(process.argv.slice(2), process.env);
const server = await startServer(config, {}, { dialects: [new LineDialect()] });
process.stdout.write(`Atrium is open: ${server.url}\nLines are spoken at ${server.url}lines\n`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void server.stop());
