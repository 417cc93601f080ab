import { z } from 'zod';
import type { Option } from '../../options/option.js';
import { count, list, milliseconds, option, truthOr } from '../../options/option.js';

const bytes = count.min(1).max(2 ** 40);

/** The protocol of ERT Concierge. */
export const conciergeOptions = {
  conciergeEnabled: option(truthOr(true), 'true or false', 'Whether clients of ERT Concierge are served.'),
  conciergePaths: option(
    list(z.string().regex(/^(\/[\w.~-]+)+$/, 'must start with a slash and not end with one')).default([
      '/concierge',
      '/ws',
    ]),
    'paths',
    'Where clients of ERT Concierge connect.',
  ),
  conciergeSecret: option(
    z.string().default(''),
    'secret',
    'What clients of ERT Concierge must know to be let in; empty: nothing.',
  ),
  conciergeSpelling: option(
    z.enum(['auto', 'documented', 'shipped']).default('auto'),
    'spelling',
    'How statuses are spelled for 0.1 clients: as documented for those of 0.1.0 and as shipped for later ones, or always one way.',
  ),
  conciergeServices: option(
    truthOr(true),
    'true or false',
    'Whether ERT Concierge 0.2 is served beside 0.1; otherwise its clients are turned away with 4007.',
  ),
  conciergeGroups: option(
    list(z.string().regex(/^[^=]{1,256}(=.{0,256})?$/, 'must be name or name=nickname')).default([]),
    'name=nickname',
    'Groups that are there from the start and belong to nobody; the original has chat=Chat Channel, which its chat page expects.',
  ),
  conciergeIdentifyMs: option(
    milliseconds.default(5_000),
    'ms',
    'How long a client of ERT Concierge may take to identify itself before it is closed with 4004.',
  ),
  conciergePingMs: option(milliseconds.default(5_000), 'ms', 'Between two pings to a client of ERT Concierge.'),
  conciergeSilenceMs: option(
    milliseconds.default(10_000),
    'ms',
    'How long a client of ERT Concierge may be silent, pongs included, before it is closed with 4009 and its name is free.',
  ),
  conciergeMaxPayloadBytes: option(
    bytes.min(65_536).default(1_048_576),
    'bytes',
    'The longest payload a client of ERT Concierge may send; a longer one ends its connection with 1009.',
  ),
  conciergeMaxQueuedBytes: option(
    bytes.min(65_536).default(16_777_216),
    'bytes',
    'How much may wait for a client of ERT Concierge that reads slowly before it is dropped.',
  ),
  conciergeMaxOwnedGroups: option(
    count.min(1).default(100),
    'groups',
    'How many groups one client of ERT Concierge may own; one more is refused.',
  ),
  conciergeMaxRate: option(
    count.min(1).default(1_000),
    'payloads a second',
    'How much one client of ERT Concierge may send in the long run; more ends its connection with 1008.',
  ),
  conciergeMaxBurst: option(
    count.min(1).default(10_000),
    'payloads',
    'How much one client of ERT Concierge may send at once after a pause.',
  ),
  conciergeFiles: option(
    z.enum(['off', 'uuid', 'fs-key']).default('off'),
    'mode',
    'Whether clients of ERT Concierge may leave files for each other, and what proves who they are: the uuid, which all clients know of each other, or only the fs_key of HELLO.',
  ),
  conciergeFilesPath: option(
    z
      .string()
      .regex(/^(\/[\w.~-]+)+$/, 'must start with a slash and not end with one')
      .default('/fs'),
    'path',
    'Where the files are served.',
  ),
  conciergeFilesDir: option(
    z.string().min(1).default('concierge-files'),
    'directory',
    'Where the files are kept, each client with a folder that goes when it leaves; nothing else should be there.',
  ),
  conciergeFileBytes: option(bytes.default(10_485_760), 'bytes', 'The longest file a client may leave.'),
  conciergeClientFiles: option(count.min(1).default(100), 'files', 'How many files one client may leave.'),
  conciergeClientFileBytes: option(bytes.default(52_428_800), 'bytes', 'How much one client may leave altogether.'),
  conciergeTotalFileBytes: option(bytes.default(1_073_741_824), 'bytes', 'How much all clients may leave together.'),
} as const satisfies Record<string, Option>;
