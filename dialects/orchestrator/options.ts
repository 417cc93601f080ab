import { z } from 'zod';
import type { SfuService } from './settings.js';
import type { Option } from '../../options/option.js';
import { count, list, milliseconds, option, truth, truthOr } from '../../options/option.js';

const addresses = z.object({
  url_gen: z.string().default(''),
  url_audio: z.string().default(''),
  url_pcc: z.string().default(''),
});
/** As the original's configuration has it; its `commandLine` is taken and not used. */
const service = z.object({
  portMapping: z.array(z.object({ port: count.min(1).max(65_535), sfuData: addresses })).min(1),
});
const services = z.partialRecord(z.enum(['dash', 'webrtc', 'tcpreflector']), service);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The VR2Gather Orchestrator's protocol. */
export const orchestratorOptions = {
  orchestratorEnabled: option(
    truthOr(true),
    'true or false',
    'Whether clients of the VR2Gather Orchestrator are served.',
  ),
  orchestratorNamespace: option(
    z
      .string()
      .regex(/^\/[\w-]+$/, 'must be a slash and a name')
      .default('/orchestrator'),
    'namespace',
    'The socket.io namespace of the Orchestrator protocol alone; it is spoken on the default one besides.',
  ),
  orchestratorDefaultScenario: option(
    z.string().default(''),
    'id',
    'The scenario with which rooms of other protocols are listed to Orchestrator clients, which enter only those they know. Empty: none.',
  ),
  orchestratorForeignChat: option(
    truth,
    'true or false',
    'Whether chat of other protocols is told to Orchestrator clients: those of the Unity engine fail at texts of fewer than six characters.',
  ),
  orchestratorPassword: option(
    z.string().default(''),
    'text',
    'What Orchestrator clients must give as userPassword at login. Empty: they need none.',
  ),
  orchestratorAllowTerminate: option(
    truth,
    'true or false',
    'Whether any Orchestrator client may stop the whole server, or end all Orchestrator sessions (TERMINATE_ORCHESTRATOR, RESET_ORCHESTRATOR).',
  ),
  orchestratorDumpData: option(
    truthOr(true),
    'true or false',
    'Whether any Orchestrator client may see all sessions and users (DUMP_DATA).',
  ),
  orchestratorNtpServers: option(
    list(z.string().min(1)).default([]),
    'host or host:port, list',
    'NTP servers whose time Orchestrator clients get, in order of preference; localtime is the clock of this host, as is an empty list.',
  ),
  orchestratorNtpIntervalMs: option(milliseconds.default(600_000), 'ms', 'How often an NTP server is asked.'),
  orchestratorNtpTimeoutMs: option(
    milliseconds.default(5_000),
    'ms',
    'How long an NTP server may take to answer before the next is asked.',
  ),
  orchestratorExternalHostname: option(
    z.string().min(1).default('dynamic'),
    'host name',
    'What %EXTERNAL_HOSTNAME% becomes in the addresses of forwarding services; dynamic: the host that the creator of the session connected to.',
  ),
  orchestratorSfu: option(
    z
      .preprocess((value) => (typeof value === 'string' ? parsed(value) : value), services.default({}))
      .transform(
        (given): ReadonlyMap<string, readonly SfuService[]> =>
          new Map(Object.entries(given).map(([protocol, { portMapping }]) => [protocol, portMapping])),
      ),
    'JSON',
    'Forwarding services run elsewhere, by session protocol (dash, webrtc, tcpreflector): {"dash": {"portMapping": [{"port", "sfuData": {"url_gen", "url_audio", "url_pcc"}}]}}.',
  ),
  orchestratorMaxSessions: option(
    count.min(1).default(100),
    'sessions',
    'How many sessions one Orchestrator user may administer at a time.',
  ),
  orchestratorMaxStreams: option(
    count.min(1).default(10_000),
    'streams',
    'How many data streams one Orchestrator user may declare, and for how many register.',
  ),
  orchestratorMaxUserData: option(
    count.min(100).default(65_536),
    'characters',
    'The longest user data of one Orchestrator user, as JSON.',
  ),
  orchestratorMaxText: option(
    count.min(40).default(1_000),
    'characters',
    'The longest name, description or kind of stream an Orchestrator client may give.',
  ),
  orchestratorMaxQueuedBytes: option(
    count.min(65_536).default(16_777_216),
    'bytes',
    'How much may wait for an Orchestrator client that reads slowly before it loses data packets, and is disconnected when it is to be told anything else.',
  ),
} as const satisfies Record<string, Option>;
