import { z } from 'zod';

/** What the server tells of itself, and of those who ask, to those who look for what is wrong. */

/** Goes to one machine: a look must not reach everybody in a network. */
const oneMachine = z
  .union([z.ipv4(), z.ipv6()])
  .refine((address) => !/^(0\.|22[4-9]\.|2[3-5]\d\.|::$|ff)/i.test(address), 'must be the address of one machine');

export const udpProbe = z
  .strictObject({
    address: oneMachine.meta({ description: 'Where datagrams are sent' }),
    ports: z.array(z.int().min(1_024).max(65_535)).min(1).max(2),
    nonce: z
      .string()
      .regex(/^[\w-]{16,32}$/, 'must have 16 to 32 letters, digits, - and _')
      .meta({ description: 'New for each look. It is in each datagram' }),
  })
  .meta({
    description:
      'Where to look. Each port gets up to three datagrams `atrium-probe NONCE`, and is open when `atrium-answer NONCE` comes back from it within a second',
  });

export const udpProbed = z
  .object({ answered: z.array(z.int()).meta({ description: 'The ports that have answered' }) })
  .meta({ description: 'What has come back' });

export const seenAs = z
  .object({
    address: z.string().meta({ description: 'Of the client, as all limits and the log have it' }),
    secure: z.boolean().meta({ description: 'Whether the client speaks HTTPS, to the server or to a trusted proxy' }),
    proxy: z.enum(['none', 'trusted', 'untrusted']).meta({
      description:
        'Whether a proxy has said whose request it is: none did; or it did, and TRUSTED_PROXIES says that its word counts; or it does not count',
    }),
  })
  .meta({ description: 'What the server takes a client for' });

export const serverDebug = z
  .object({
    at: z.iso.datetime(),
    versions: z.record(z.string(), z.string()),
    uptimeS: z.int().nonnegative(),
    memoryMb: z.int().nonnegative().meta({ description: 'Of the process of the server' }),
    health: z.looseObject({}).meta({ description: 'As /healthz tells it to administrators' }),
    configuration: z
      .record(z.string(), z.unknown())
      .meta({ description: 'All options. Of a secret, whether it is set; of a URL, its host' }),
    rooms: z.array(z.string()).meta({ description: 'Names of the rooms that are here' }),
    log: z.array(z.string()).meta({ description: 'The last lines, 1,000 at most' }),
  })
  .meta({ description: 'What helps to find out what is wrong with a server. No secrets are in it' });
