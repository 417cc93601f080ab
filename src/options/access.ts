import { z } from 'zod';
import { keySetFile, readGrants, readKeys } from '../../access/index.js';
import { count, flag, list, milliseconds, option, readBy, readIfAny } from '../../options/option.js';
import type { Table } from '../../options/option.js';

const expectedKeys = 'must be name: secret, several separated by commas';
const keys = z.union(
  [
    readBy(readKeys, expectedKeys),
    z
      .record(z.string().regex(/^[^:,\s]+$/), z.string().regex(/^\S+$/))
      .transform((given): ReadonlyMap<string, string> => {
        return new Map(Object.entries(given));
      }),
  ],
  expectedKeys,
);
const grants = readBy(
  readGrants,
  'must be a role (MODERATOR, PUBLISHER, SUBSCRIBER) or grants, as roomJoin,canSubscribe',
);

/** Which clients may come in, and what they may do (docs/access.md). */
export const accessOptions = {
  auth: option(
    z.enum(['off', 'optional', 'required']),
    'off',
    'mode',
    'off: everybody may come into every room. optional: a token says what its bearer may do, and guestGrants what a client without one may. required: nobody comes in without a token, or the secret of their protocol.',
  ),
  keys: option(
    keys,
    '',
    'name: secret, list',
    `The keys that sign tokens (HS256), as LiveKit has them. Several may be given while one is exchanged. Secrets have at least 32 characters.`,
    { secret: true, reloads: true },
  ),
  jwksUrl: option(
    z
      .string()
      .regex(
        /^(https:\/\/[^\s@]+|http:\/\/(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/\S*)?)?$/i,
        'must be an https:// URL without user and password, or an http:// URL of this machine',
      ),
    '',
    'URL',
    'Where the public keys are fetched that verify tokens (RS256, ES256, EdDSA): a JSON Web Key Set. Empty: nowhere.',
    { reloads: true },
  ),
  jwksFile: option(
    readIfAny(keySetFile, 'must name a file that holds a JSON Web Key Set'),
    '',
    'file',
    'The same as a file.',
    { reloads: true },
  ),
  jwtIssuers: option(
    list(z.string().min(1)),
    [],
    'issuers',
    'Whose tokens are verified with the public keys: their claim iss.',
    { reloads: true },
  ),
  jwtAudience: option(
    list(z.string().min(1)),
    [],
    'audiences',
    'One of these must be in the claim aud of a token that is verified with public keys. Empty: any.',
    { reloads: true },
  ),
  tokenToleranceS: option(
    count.min(0).max(3_600),
    60,
    's',
    'How wrong the clock of the program that makes tokens may be.',
    { reloads: true },
  ),
  guestGrants: option(
    grants,
    'PUBLISHER',
    'role or grants',
    'With auth=optional: what a client without a token may do, in any room.',
    { reloads: true },
  ),
  doorGrants: option(
    grants,
    'PUBLISHER',
    'role or grants',
    'What a client may do that has shown the secret of its protocol (conciergeSecret, orchestratorPassword and others) and no token, in any room.',
    { reloads: true },
  ),
  autoCreate: flag(
    true,
    'Whether clients open rooms by joining them. With false only those whose grants have roomCreate do.',
  ),
  firstIsModerator: flag(false, 'Whether the first participant of a room moderates it, if nobody there has a token.'),
  authHookUrl: option(
    z.string().regex(/^(https?:\/\/[^\s@]+)?$/, 'must be an http:// or https:// URL without user and password'),
    '',
    'URL',
    'A service of yours that is asked whether a client may do something, besides its token. Empty: none.',
    { reloads: true },
  ),
  authHookKey: option(z.string(), '', 'name', 'The name of the key in keys that signs what the service is asked.', {
    reloads: true,
  }),
  authHookTimeoutMs: option(milliseconds, 3_000, 'ms', 'How long the service may take to answer.', { reloads: true }),
  authHookFailure: option(
    z.enum(['deny', 'allow']),
    'deny',
    'mode',
    'What it means when the service does not answer, or not as it should.',
    { reloads: true },
  ),
  authHookActions: option(
    list(z.enum(['join', 'open', 'publish', 'subscribe', 'record'])),
    ['join', 'open'],
    'actions',
    'What the service is asked about.',
    { reloads: true },
  ),
} as const satisfies Table;
