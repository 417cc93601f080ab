import { z } from 'zod';
import { count, flag, group, list, milliseconds, option, path, readBy } from '../../options/option.js';
import type { Output } from '../../options/option.js';

const bytes = count.min(1).max(2 ** 40);

/** The protocol of ERT Concierge. */
export const conciergeOptions = group('concierge', {
  enabled: flag(true, 'Whether clients of ERT Concierge are served.'),
  paths: option(list(path), ['/concierge', '/ws'], 'paths', 'Where clients of ERT Concierge connect.'),
  secret: option(z.string(), '', 'secret', 'What clients of ERT Concierge must send as their secret. Empty: nothing.', {
    secret: true,
    reloads: true,
  }),
  spelling: option(
    z.enum(['auto', 'documented', 'shipped']),
    'auto',
    'spelling',
    'How statuses are spelled for 0.1 clients. auto: as documented for 0.1.0 and for clients of July 2020, and as shipped for later ones.',
  ),
  services: flag(true, 'Whether ERT Concierge 0.2 is served beside 0.1. With false its clients are refused with 4007.'),
  groups: option(
    list(readBy(readGroup, 'must be name or name=nickname')),
    [],
    'name=nickname',
    'Groups that exist from the start and belong to nobody. The chat page of the original expects chat=Chat Channel.',
  ),
  identifyMs: option(
    milliseconds,
    5_000,
    'ms',
    'How long a client of ERT Concierge may take to identify itself before it is closed with 4004.',
  ),
  pingMs: option(milliseconds, 5_000, 'ms', 'The time between two pings to a client of ERT Concierge.'),
  silenceMs: option(
    milliseconds,
    10_000,
    'ms',
    'How long a client of ERT Concierge may be silent, pongs included, before it is closed with 4009 and its name is free.',
  ),
  maxPayloadBytes: option(
    bytes.min(65_536),
    1_048_576,
    'bytes',
    'The longest payload that a client of ERT Concierge may send. A longer one ends its connection with 1009.',
  ),
  maxQueuedBytes: option(
    bytes.min(65_536),
    16_777_216,
    'bytes',
    'Bytes that may wait for a slow client of ERT Concierge before it is dropped.',
  ),
  maxOwnedGroups: option(
    count.min(1),
    100,
    'groups',
    'How many groups one client of ERT Concierge may own. One more is refused.',
  ),
  maxRate: option(
    count.min(1),
    1_000,
    'payloads a second',
    'How many payloads one client of ERT Concierge may send in the long run. More end its connection with 1008.',
  ),
  maxBurst: option(
    count.min(1),
    10_000,
    'payloads',
    'How many payloads one client of ERT Concierge may send at once after a pause.',
  ),
  files: option(
    z.enum(['off', 'uuid', 'fs-key']),
    'off',
    'mode',
    'Whether clients of ERT Concierge may leave files for each other. uuid: a client shows that a folder is its own by its uuid, which all clients know. fs-key: by the fs_key of HELLO, which only that client knows.',
  ),
  filesPath: option(path, '/fs', 'path', 'Where the files are served.'),
  filesDir: option(
    z.string().min(1),
    'concierge-files',
    'directory',
    'Where the files are kept, in a folder atrium-files of its own. In it each client has a folder, which is deleted when it leaves. Nothing else is deleted.',
  ),
  fileBytes: option(bytes, 10_485_760, 'bytes', 'The longest file that a client may leave.'),
  clientFiles: option(count.min(1), 100, 'files', 'How many files one client may leave.'),
  clientFileBytes: option(bytes, 52_428_800, 'bytes', 'The size of all files of one client.'),
  totalFileBytes: option(bytes, 1_073_741_824, 'bytes', 'The size of the files of all clients.'),
});

export type ConciergeSettings = Output<typeof conciergeOptions>;

/** `name` or `name=nickname`. */
function readGroup(text: string): { readonly name: string; readonly nickname: string | null } | undefined {
  const [, name, nickname = null] = /^([^=]{1,256})(?:=(.{0,256}))?$/.exec(text) ?? [];
  return name === undefined ? undefined : { name, nickname };
}
