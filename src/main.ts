import { goOnWithoutReader } from '../log.js';
import { onNpmGone } from '../npm-gone.js';
import { ConfigError, nearMisses, readConfig, readWithFiles } from './config.js';
import { HangUp } from './hang-up.js';
import { helpAskedFor, isVersionAskedFor, version } from '../options/help.js';
import { groupNames, help } from './help.js';
import { checkHealth } from './health-check.js';
import { createLog } from './log.js';
import { MediaProcessError } from './media-process.js';
import { Reloading } from './reloading.js';

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
  const { startServer } = await import('./server.js');
  const { developmentBanner } = await import('./development.js');
  const former: string[] = [];
  const { config, files, isDev } = readWithFiles(args, process.env, (given, present) =>
    former.push(`${given} is now called ${present}`),
  );
  const log = createLog(config.logLevel, config.logFormat);
  for (const text of former) log.warn(text);
  for (const { given, meant } of nearMisses(process.env)) {
    log.warn(`${given} is no option and has no effect; did you mean ${meant}?`);
  }
  const hangUp = new HangUp();
  const server = await startServer(config);
  const reloading = new Reloading(files, {
    read: () => readWithFiles(args, process.env),
    take: (next) => server.reload(next),
    log: server.log,
  });
  const elsewhere = server.elsewhere.map((url) => `On a phone in this network: ${url}\n`).join('');
  const fingerprint = server.fingerprint ? `Fingerprint of the certificate (SHA-256): ${server.fingerprint}\n` : '';
  const admin = server.adminUrl === undefined ? '' : `Health and metrics: ${server.adminUrl}\n`;
  const development = isDev ? await developmentBanner(config, server.url) : '';
  const trouble = await server.mediaTrouble();
  const media = trouble === undefined ? server.media : `${server.media} – ${trouble}`;
  process.stdout.write(
    `\nAtrium is open: ${server.url}\n${elsewhere}${fingerprint}Media: ${media}\n${admin}${development}\n`,
  );
  const stop = stopOnSignals((signal) => {
    reloading.close();
    return signal === 'SIGTERM' ? server.suspend() : server.stop();
  });
  hangUp.listen(() => void reloading.reload(), stop);
}

/** Calls `stop` once, and ends the process after it. @returns what does so */
function stopOnSignals(stop: (signal: NodeJS.Signals | undefined) => Promise<void>): () => void {
  let stopping = false;
  const stopOnce = (signal?: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    void stop(signal).then(() => process.exit(0));
  };
  // On Windows SIGHUP means that the window is being closed.
  for (const signal of process.platform === 'win32' ? windowsEndings : endings) {
    process.on(signal, () => {
      // A second signal means that somebody does not want to wait.
      if (stopping) process.exit(1);
      stopOnce(signal);
    });
  }
  const stopNow = (): void => {
    stopOnce();
  };
  onNpmGone('start', stopNow);
  return stopNow;
}
