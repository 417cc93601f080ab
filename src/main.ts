import { goOnWithoutReader } from '../log.js';
import { onNpmGone } from '../npm-gone.js';
import { ConfigError, nearMisses, readConfig, readWithFiles } from './config.js';
import { HangUp } from './hang-up.js';
import { helpAskedFor, isVersionAskedFor, version } from '../options/help.js';
import { groupNames, help } from './help.js';
import { checkHealth } from './health-check.js';
import { MediaProcessError } from './media-process.js';
import { Reloading } from './reloading.js';
import type { Reloaded } from './reloading.js';
import type { RunningServer } from './server.js';

const endings = ['SIGINT', 'SIGTERM'] as const;
const windowsEndings = [...endings, 'SIGHUP', 'SIGBREAK'] as const;

goOnWithoutReader();
const args = process.argv.slice(2);

const helpWanted = helpAskedFor(args);

if (helpWanted) {
  tellHelp(helpWanted.group);
} else if (isVersionAskedFor(args)) {
  process.stdout.write(`${version()}\n`);
} else {
  try {
    await (args[0] === 'health' ? reportHealth(args.slice(1)) : run());
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  }
}

function tellHelp(group: string | undefined): void {
  const text = help(group);
  if (text !== undefined) {
    process.stdout.write(`${text}\n`);
    return;
  }
  process.stderr.write(`There is no group of options "${group ?? ''}"; there are ${groupNames.join(', ')}\n`);
  process.exitCode = 1;
}

/** One line for an error that the operator can mend; anything else with its stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof MediaProcessError) {
    return `${error.message}. The server does without its own media engine when KMS_URIS names a Kurento media server.`;
  }
  return String((error as Error).stack);
}

/** The command `health`: exit code 0 when the server with the same configuration is well, 1 when not. */
async function reportHealth(flags: readonly string[]): Promise<void> {
  const { isHealthy, line } = await checkHealth(readConfig(flags, process.env));
  process.stdout.write(`${line}\n`);
  if (!isHealthy) process.exitCode = 1;
}

async function run(): Promise<void> {
  // The health check, which runs every few seconds, does without all of this.
  const { createLog } = await import('./log.js');
  const { startServer } = await import('./server.js');
  const { developmentBanner } = await import('./development.js');
  const former: string[] = [];
  const { config, files, isDev } = readWithFiles(args, process.env, (given, present) =>
    former.push(`${given} is now called ${present}`),
  );
  const log = createLog(config.logLevel, config.logFormat, { names: config.logNames });
  for (const text of former) log.warn(text);
  for (const { given, meant } of nearMisses(process.env)) {
    log.warn(`${given} is no option and has no effect; did you mean ${meant}?`);
  }
  const hangUp = new HangUp();
  let reread: () => Promise<Reloaded> = () => Promise.resolve({ wrong: 'the server starts' });
  const server = await startServer(config, {}, { reread: () => reread() });
  const reloading = new Reloading(files, {
    read: () => readWithFiles(args, process.env),
    take: (next) => server.reload(next),
    log: server.log,
  });
  reread = () => reloading.reload();
  const elsewhere = server.elsewhere.map((url) => `On a phone in this network: ${url}\n`).join('');
  const fingerprint = server.fingerprint ? `Fingerprint of the certificate (SHA-256): ${server.fingerprint}\n` : '';
  const admin = server.adminUrl === undefined ? '' : `Health and metrics: ${server.adminUrl}\n`;
  const development = isDev ? await developmentBanner(config, server.url) : '';
  const trouble = await server.mediaTrouble();
  const media = trouble === undefined ? server.media : `${server.media} – ${trouble}`;
  process.stdout.write(
    `\nAtrium is open: ${server.url}\n${elsewhere}${fingerprint}Media: ${media}\n${admin}${development}\n`,
  );
  void server.ended.then(() => process.exit(0));
  const stop = stopOnSignals(server, () => {
    reloading.close();
  });
  hangUp.listen(() => void reloading.reload(), stop);
}

/**
 * SIGTERM lets people finish (DRAIN_S); any other signal, and the second one, stops the server at once, and one more ends the process.
 * @returns what stops it at once
 */
function stopOnSignals(server: RunningServer, stopped: () => void): () => void {
  let isTold = false;
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    stopped();
    if (!server.draining.isUnderWay) void server.stop();
    // It is over already, and ending takes long.
    else if (!server.draining.hurry()) process.exit(1);
  };
  // On Windows SIGHUP means that the window is being closed.
  for (const signal of process.platform === 'win32' ? windowsEndings : endings) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      else if (signal === 'SIGTERM' && !isTold) void server.suspend();
      else stop();
      isTold = true;
    });
  }
  onNpmGone('start', stop);
  return stop;
}
