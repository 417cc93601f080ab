import { z } from 'zod';
import { count, flag, group, json, list, milliseconds, option } from '../../options/option.js';
import type { Output } from '../../options/option.js';

const addresses = z.object({
  url_gen: z.string().default(''),
  url_audio: z.string().default(''),
  url_pcc: z.string().default(''),
});
/** The form of the original's configuration. Its `commandLine` is accepted and not used. */
const service = z.object({
  portMapping: z.array(z.object({ port: count.min(1).max(65_535), sfuData: addresses })).min(1),
});
const services = z.partialRecord(z.enum(['dash', 'webrtc', 'tcpreflector']), service);

/** The VR2Gather Orchestrator's protocol. */
export const orchestratorOptions = group('orchestrator', {
  enabled: flag(true, 'Whether clients of the VR2Gather Orchestrator are served.'),
  namespace: option(
    z.string().regex(/^\/[\w-]+$/, 'must be a slash and a name'),
    '/orchestrator',
    'namespace',
    'A socket.io namespace for the Orchestrator protocol alone. It is also spoken on the default namespace.',
  ),
  defaultScenario: option(
    z.string(),
    '',
    'id',
    'Rooms of other protocols are listed to Orchestrator clients with this scenario. A client enters only rooms whose scenario it knows. Empty: none.',
  ),
  foreignChat: flag(
    false,
    'Whether Orchestrator clients get the chat of other protocols. Clients of the Unity engine fail at texts of fewer than six characters.',
  ),
  password: option(
    z.string(),
    '',
    'secret',
    'What Orchestrator clients must give as userPassword at login. Empty: they need none.',
    { secret: true, reloads: true },
  ),
  allowTerminate: flag(
    false,
    'Whether any Orchestrator client may stop the whole server, or end all Orchestrator sessions (TERMINATE_ORCHESTRATOR, RESET_ORCHESTRATOR).',
  ),
  dumpData: flag(
    false,
    'Whether any Orchestrator client may see all sessions and users, before its login too (DUMP_DATA).',
  ),
  ntpServers: option(
    list(z.string().min(1)),
    [],
    'host or host:port, list',
    'NTP servers whose time Orchestrator clients get, in order of preference. localtime is the clock of this host. Empty: the clock of this host.',
  ),
  ntpIntervalMs: option(milliseconds, 600_000, 'ms', 'How often an NTP server is asked.'),
  ntpTimeoutMs: option(
    milliseconds,
    5_000,
    'ms',
    'How long an NTP server may take to answer before the next is asked.',
  ),
  externalHostname: option(
    z.string().min(1),
    'dynamic',
    'host name',
    'What %EXTERNAL_HOSTNAME% becomes in the addresses of forwarding services. dynamic: the host that the creator of the session connected to.',
  ),
  sfu: option(
    json(services).transform(
      (given): ReadonlyMap<string, readonly SfuService[]> =>
        new Map(Object.entries(given).map(([protocol, { portMapping }]) => [protocol, portMapping])),
    ),
    {},
    'JSON',
    'Forwarding services that run elsewhere, by session protocol (dash, webrtc, tcpreflector): {"dash": {"portMapping": [{"port", "sfuData": {"url_gen", "url_audio", "url_pcc"}}]}}.',
  ),
  maxSessions: option(
    count.min(1),
    100,
    'sessions',
    'How many sessions one Orchestrator user may administer at a time.',
  ),
  maxStreams: option(
    count.min(1),
    10_000,
    'streams',
    'How many data streams one Orchestrator user may declare, and how many they may register for.',
  ),
  maxUserData: option(
    count.min(100),
    65_536,
    'characters',
    'The longest user data of one Orchestrator user, as JSON text.',
  ),
  maxText: option(
    count.min(40),
    1_000,
    'characters',
    'The longest description that an Orchestrator client may give. Names have at most 256 characters at every door.',
  ),
  maxQueuedBytes: option(
    count.min(65_536),
    16_777_216,
    'bytes',
    'Bytes that may wait for a slow Orchestrator client. With more it loses data packets, and is disconnected at the next message of another kind.',
  ),
});

export type OrchestratorSettings = Output<typeof orchestratorOptions>;
/** A forwarding service on another server, with templates of its addresses. */
export type SfuService = z.output<typeof service>['portMapping'][number];
/**
 * The three addresses at which a client may exchange heavy media
 * (docs/protocols/orchestrator.md#9-media-forwarding-sfudata).
 */
export type SfuData = Readonly<SfuService['sfuData']>;
