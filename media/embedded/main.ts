import { accessSync, constants, statSync } from 'node:fs';
import { goOnWithoutReader } from '../../log.js';
import type { Log } from '../../log.js';
import { onNpmGone } from '../../npm-gone.js';
import { ConfigError } from '../../options/config-error.js';
import { helpAskedFor, isVersionAskedFor, version } from '../../options/help.js';
import { z } from 'zod';
import { JsonLog, logLevels, thrown } from './log.js';
import { ObjectServer } from './object-server.js';
import { Admission } from './protocol/admission.js';
import { Methods } from './protocol/methods.js';
import { LossyTransports } from './transport/lossy-transports.js';
import { loadNativeTransports } from './transport/node-datachannel.js';
import type { Options } from './options.js';
import { help, nearMisses, parseOptions, takeToken } from './options.js';
import { Pulse } from './objects/pulse.js';
import { Recordings } from './recorder/recordings.js';
import { ProtocolServer } from './protocol/protocol-server.js';
import { canBind, mediaAddresses } from './transport/local-addresses.js';
import { toldAddresses } from './transport/told-addresses.js';
import type { CandidateOptions } from './transport/told-candidates.js';
import type { Transports } from './transport/transport.js';

/**
 * Exit codes by the reason why the process ends before it is ready. The program that started it can tell them apart.
 */
const exitCodes = { failed: 1, usage: 2, 'no-native-library': 3 } as const;

/** What the server that started this process may say to it. */
const levelMessage = z.object({ type: z.literal('log-level'), level: z.enum(logLevels) });

/** Ms that the closing of open sockets may take. */
const farewellMs = 100;
/** Ms that recordings may take to be finished. The program that started this one waits 3 s. */
const lastFilesMs = 2000;

class StartFailure extends Error {
  override readonly name = 'StartFailure';

  constructor(
    message: string,
    readonly reason: keyof typeof exitCodes,
  ) {
    super(message);
  }
}

goOnWithoutReader();
try {
  const args = process.argv.slice(2);
  if (helpAskedFor(args)) process.stdout.write(`${help()}\n`);
  else if (isVersionAskedFor(args)) process.stdout.write(`${version()}\n`);
  else await main(args);
} catch (error) {
  reportFailure(error);
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const token = takeToken(process.env, !process.send);
  const log = new JsonLog(options.logLevel, (line) => process.stderr.write(line));
  process.on('message', (message) => {
    const { data } = levelMessage.safeParse(message);
    if (data) log.level = data.level;
  });
  // A server that starts engines has told of its variables itself.
  for (const { given, meant } of process.send ? [] : nearMisses(process.env)) {
    log.warn(`${given} has no effect; did you mean ${meant}?`);
  }
  await checkBindAddress(options.bindAddress);
  // A server that starts engines has checked it. An engine that is started again does without the directory.
  if (!process.send) checkRecordingsDirectory(options.recordingsDir);
  const transports = await loadTransports(options, log);
  const pulse = new Pulse();
  const recordings = new Recordings({
    directory: options.recordingsDir,
    overwrite: options.recordingsOverwrite,
    keyframeMs: options.recordingKeyframeS * 1000,
  });
  const { gcPeriod, speakerLevel } = options;
  const server = new ObjectServer({ transports, log, pulse, gcPeriodMs: gcPeriod * 1000, recordings, speakerLevel });
  const methods = new Methods(server, (method, error) => {
    log.error('a method failed', { method, ...thrown(error) });
  });
  const protocol = new ProtocolServer(methods, log, {
    admission: new Admission({ token, allowedOrigins: options.allowedOrigins }),
    maxConnections: options.maxConnections,
  });
  const stop = stopOnSignals(() => {
    protocol.close();
    server.stop();
    // Closing sockets takes a moment. `exit` is needed: the native library keeps the process alive for ever.
    const farewell = new Promise<void>((resolve) => setTimeout(resolve, farewellMs));
    const files = Promise.race([
      recordings.settled(),
      new Promise<void>((resolve) => setTimeout(resolve, lastFilesMs)),
    ]);
    void Promise.all([farewell, files]).then(() => {
      try {
        transports.shutDown();
      } catch (error) {
        log.warn('the media library did not stop cleanly', thrown(error));
      }
      process.exit(0);
    });
  });
  process.on('disconnect', () => {
    stopWhenUnused(options.outlive, () => protocol.isUsed, stop);
  });
  const url = await protocol.listen(options.host, options.port).catch((error: unknown) => {
    throw new StartFailure(
      `--host, --port: cannot listen on ${options.host}:${options.port} (${messageOf(error)})`,
      'failed',
    );
  });
  server.start();
  announce(url, log, transports.limit);
  if (token === undefined && !isLoopback(options.host)) {
    log.warn('every program that reaches this port controls all media here; set MEDIA_SERVER_TOKEN', { url });
  }
  reportReach(options, log);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** The media library would end the process at the first offer if it could not bind to this address. */
async function checkBindAddress(address: string | undefined): Promise<void> {
  if (address === undefined || (await canBind(address))) return;
  throw new StartFailure(`--bind-address: this machine has no address ${address}`, 'usage');
}

function checkRecordingsDirectory(directory: string | undefined): void {
  if (directory === undefined) return;
  try {
    if (!statSync(directory).isDirectory()) throw new Error('it is no directory');
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = messageOf(error);
    throw new StartFailure(
      `--recordings-dir: ${directory} cannot be used (${why}); name a directory that the media server may write to`,
      'usage',
    );
  }
}

async function loadTransports(options: Options, log: Log): Promise<Transports> {
  try {
    const transports = await loadNativeTransports({
      udpPorts: options.udpPorts,
      bindAddress: options.bindAddress,
      candidates: candidateOptions(options),
      log,
    });
    return options.testLoss > 0 ? new LossyTransports(transports, options.testLoss) : transports;
  } catch (error) {
    const platform = `${process.platform} ${process.arch}`;
    throw new StartFailure(
      `The media library (node-datachannel) cannot be loaded on ${platform}: ${firstLineOf(error)}`,
      'no-native-library',
    );
  }
}

function candidateOptions(options: Options): CandidateOptions {
  return {
    announcedAddresses: options.announcedAddress,
    families: options.addressFamilies,
    interfaces: options.interfaces,
  };
}

/** Logs the addresses that clients will be told. With wrong ones calls have no media, and no error says why. */
function reportReach(options: Options, log: Log): void {
  const { first, last } = options.udpPorts;
  const { addresses, warning } = toldAddresses(mediaAddresses(options.bindAddress), candidateOptions(options));
  log.info('clients are told these addresses', { addresses, udpPorts: `${first}-${last}` });
  if (warning !== undefined) log.warn(warning, { addresses });
}

/** Calls `stop` once: on a signal, or when the returned function is called. */
function stopOnSignals(stop: () => void): () => void {
  let stopping = false;
  const once = (): void => {
    if (stopping) return;
    stopping = true;
    stop();
  };
  process.on('SIGTERM', once);
  process.on('SIGINT', once);
  onNpmGone('media-server', once);
  // It comes to all processes of a terminal, and asks the server that started this one to reload its configuration.
  if (process.send) process.on('SIGHUP', () => undefined);
  return once;
}

/** Calls `stop` when nobody has used this process for so many seconds. The program that started it has ended. */
function stopWhenUnused(seconds: number, isUsed: () => boolean, stop: () => void): void {
  if (seconds === 0) {
    stop();
    return;
  }
  let unused = 0;
  setInterval(() => {
    unused = isUsed() ? 0 : unused + 1;
    if (unused >= seconds) stop();
  }, 1_000);
}

function announce(url: string, log: Log, endpoints: number): void {
  // A program that started this one knows its address, and may want to keep it to itself.
  log.info('media server is ready', { endpoints, ...(!process.send && { url, pid: process.pid }) });
  if (process.send) process.send({ type: 'ready', url });
  else process.stdout.write(`Media server (Kurento protocol): ${url}\n`);
}

/** Tells the parent process, or writes one line; then ends the process. */
function reportFailure(error: unknown): void {
  const message = messageOf(error);
  const reason = error instanceof StartFailure ? error.reason : error instanceof ConfigError ? 'usage' : 'failed';
  const exit = (): never => process.exit(exitCodes[reason]);
  // The parent logs it in its own words.
  if (process.send) {
    process.send({ type: 'failed', message, reason }, exit);
    return;
  }
  process.stderr.write(JSON.stringify({ level: 'error', message }) + '\n');
  exit();
}

/** Node describes a missing module in several lines; the first one says what is missing. */
function firstLineOf(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
