import type { Log } from '../../log.js';
import { JsonLog, thrown } from './log.js';
import { ObjectServer } from './object-server.js';
import { Methods } from './protocol/methods.js';
import { LossyTransports } from './transport/lossy-transports.js';
import { loadNativeTransports } from './transport/node-datachannel.js';
import type { Options } from './options.js';
import { parseOptions } from './options.js';
import { Pulse } from './objects/pulse.js';
import { Recordings } from './recorder/recordings.js';
import { ProtocolServer } from './protocol/protocol-server.js';
import { canBind, mediaAddresses } from './transport/local-addresses.js';
import { toldAddresses } from './transport/told-addresses.js';
import type { CandidateOptions } from './transport/told-candidates.js';
import type { Transports } from './transport/transport.js';

/** Why the process ends before it served anybody, and with which exit code: whoever started it may want to tell them apart. */
const exitCodes = { failed: 1, usage: 2, 'no-native-library': 3 } as const;

/** Ms the farewell to open sockets may take. */
const farewellMs = 100;
/** Ms that recordings may take to be finished; whoever started this process waits 3 s. */
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

try {
  await main();
} catch (error) {
  reportFailure(error);
}

async function main(): Promise<void> {
  const options = readOptions();
  const log = new JsonLog(options['log-level'], (line) => process.stderr.write(line));
  await checkBindAddress(options['bind-address']);
  const transports = await loadTransports(options, log);
  const pulse = new Pulse((error) => {
    log.error('an endpoint failed on the beat', thrown(error));
  });
  const recordings = new Recordings(options['recordings-dir']);
  const server = new ObjectServer({ transports, log, pulse, gcPeriodMs: options['gc-period'] * 1000, recordings });
  const methods = new Methods(server, (method, error) => {
    log.error('a method failed', { method, ...thrown(error) });
  });
  const protocol = new ProtocolServer(methods, log);
  stopOnSignals(() => {
    protocol.close();
    server.stop();
    // Closing sockets and transports takes a moment; the native library keeps the process alive for ever.
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
  const url = await protocol.listen(options.host, options.port).catch((error: unknown) => {
    throw new StartFailure(`Cannot listen on ${options.host}:${options.port}: ${messageOf(error)}`, 'failed');
  });
  server.start();
  announce(url, log, transports.limit);
  reportReach(options, log);
}

function readOptions(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    throw new StartFailure(messageOf(error), 'usage');
  }
}

/** With an address that cannot be had, the media library would end the process at the first offer. */
async function checkBindAddress(address: string | undefined): Promise<void> {
  if (address === undefined || (await canBind(address))) return;
  throw new StartFailure(`--bind-address: this machine has no address ${address}`, 'usage');
}

async function loadTransports(options: Options, log: Log): Promise<Transports> {
  try {
    const transports = await loadNativeTransports({
      udpPorts: options['udp-ports'],
      bindAddress: options['bind-address'],
      candidates: candidateOptions(options),
      log,
    });
    return options['test-loss'] > 0 ? new LossyTransports(transports, options['test-loss']) : transports;
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
    announcedAddresses: options['announced-address'],
    families: options['address-families'],
    interfaces: options.interfaces,
  };
}

/** Says what clients will be told, while there is somebody to read it: a call without picture says nothing. */
function reportReach(options: Options, log: Log): void {
  const { first, last } = options['udp-ports'];
  const { addresses, warning } = toldAddresses(mediaAddresses(options['bind-address']), candidateOptions(options));
  log.info('clients are told these addresses', { addresses, udpPorts: `${first}-${last}` });
  if (warning !== undefined) log.warn(warning, { addresses });
}

/** Stops on a signal, and when the process that started this one is gone. */
function stopOnSignals(stop: () => void): void {
  let stopping = false;
  const once = (): void => {
    if (stopping) return;
    stopping = true;
    stop();
  };
  process.on('SIGTERM', once);
  process.on('SIGINT', once);
  process.on('disconnect', once);
}

function announce(url: string, log: Log, endpoints: number): void {
  log.info('media server is ready', { url, endpoints, pid: process.pid });
  if (process.send) process.send({ type: 'ready', url });
  else process.stdout.write(`Media server (Kurento protocol): ${url}\n`);
}

/** One line for whoever is there to read it, then the end. */
function reportFailure(error: unknown): void {
  const message = messageOf(error);
  const reason = error instanceof StartFailure ? error.reason : 'failed';
  const exit = (): never => process.exit(exitCodes[reason]);
  // A parent says it in its own way.
  if (process.send) {
    process.send({ type: 'failed', message, reason }, exit);
    return;
  }
  process.stderr.write(JSON.stringify({ level: 'error', message }) + '\n');
  exit();
}

/** Of a module that is not found Node tells over several lines. */
function firstLineOf(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
