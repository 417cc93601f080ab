import { ConfigError, describeOptions, readConfig } from './config.js';
import { startServer } from './server.js';

const args = process.argv.slice(2);

if (args.includes('--help')) {
  process.stdout.write(`atrium: a conference room server\n\n${describeOptions()}\n`);
} else {
  try {
    await run();
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigError ? error.message : String((error as Error).stack)}\n`);
    process.exitCode = 1;
  }
}

async function run(): Promise<void> {
  const server = await startServer(readConfig(args, process.env));
  process.stdout.write(`\nAtrium is open: ${server.url}\nMedia: ${server.media}\n\n`);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // The second signal is from somebody who will not wait.
      if (stopping) process.exit(1);
      stopping = true;
      void server.stop().then(() => process.exit(0));
    });
  }
}
