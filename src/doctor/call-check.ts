import { loadTest } from '../../load/load-test.js';
import type { LoadResult } from '../../load/load-test.js';
import type { ParentLog } from '../../log.js';
import { configOf } from '../config.js';
import type { Config } from '../config.js';
import { startMedia } from '../media.js';
import { serve } from '../serve.js';
import { Undo } from '../undo.js';
import { fail, ok, warn } from './found.js';
import type { Found } from './found.js';

/** How long media flows, in s. */
const flowS = 2;

/**
 * A call with media as configured: a server of its own, which only this machine reaches, with one participant that publishes and one that
 * receives. Packets are counted. On Kurento media servers it is the pipeline and the endpoints that are tried.
 */
export async function checkCall(config: Config): Promise<readonly Found[]> {
  const undo = new Undo();
  const errors: string[] = [];
  const log = kept(errors);
  try {
    const media = await startMedia(alone(config), log);
    undo.add(() => media.stop());
    const trouble = await media.trouble();
    // Its own line says so.
    if (trouble !== undefined && config.kmsUris.length > 0)
      return [warn('a call was not tried: no media server answers')];
    const service = await serve(alone(config), media.engine, { log });
    undo.add(() => service.stop());
    return [judged(await callAt(service.url), errors)];
  } catch (error) {
    return [fail(`${(error as Error).message}${last(errors)}`)];
  } finally {
    await undo.run();
  }
}

/** With the options of media, and with nothing else that others could notice. */
function alone(config: Config): Config {
  const own = configOf({ port: 0, host: '127.0.0.1', logLevel: 'error', releaseLeftPipelines: false });
  return {
    ...own,
    kmsUris: config.kmsUris,
    mediaUdpPorts: config.mediaUdpPorts,
    mediaAnnouncedAddresses: config.mediaAnnouncedAddresses,
    mediaBindAddress: config.mediaBindAddress,
    mediaInterfaces: config.mediaInterfaces,
    mediaAddressFamilies: config.mediaAddressFamilies,
    mediaExternalIpv4: config.mediaExternalIpv4,
    mediaExternalIpv6: config.mediaExternalIpv6,
    mediaStunServer: config.mediaStunServer,
    mediaTurnUrl: config.mediaTurnUrl,
  };
}

async function callAt(url: string): Promise<LoadResult> {
  const signal = new AbortController().signal;
  return loadTest({
    ...{ url: `${url.replace(/^http/, 'ws')}room`, room: 'doctor', rooms: 1, joinRate: 10, kbps: 300, layers: 1 },
    ...{ publishers: 1, videoPublishers: 0, audioPublishers: 0, subscribers: 1, durationS: flowS },
    tokenOf: () => Promise.resolve(undefined),
    readServer: () => Promise.resolve(undefined),
    stopped: signal,
    tell: () => undefined,
  });
}

function judged({ failed, packets, subscriptions }: LoadResult, errors: readonly string[]): Found {
  const [why] = Object.keys(failed);
  if (why !== undefined) return fail(`a call did not come about: ${why}${last(errors)}`);
  if (subscriptions.received < subscriptions.wanted || packets.received === 0) {
    return fail(`a call was connected, and no media came: ${packets.sent} packets were sent, none received`);
  }
  return ok(`a call: ${packets.received} of ${packets.sent} packets came from one participant to the other`);
}

function last(errors: readonly string[]): string {
  const text = errors.at(-1);
  return text === undefined ? '' : ` (${text})`;
}

function kept(errors: string[]): ParentLog {
  const error = (message: string, fields: { readonly error?: unknown } = {}): void => {
    errors.push(fields.error instanceof Error ? `${message}: ${fields.error.message}` : message);
  };
  const log: ParentLog = {
    error,
    warn: () => undefined,
    info: () => undefined,
    debug: () => undefined,
    child: () => log,
  };
  return log;
}
