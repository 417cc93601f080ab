import { z } from 'zod';
import { count, number, option } from '../options/option.js';
import type { Table } from '../options/option.js';
import { isRedisUrl } from './redis-url.js';

export const minClusterSecretLength = 32;

/** Several nodes on one Redis. All nodes have the same values but for those that begin with NODE_. */
export const clusterOptions = {
  redisUrl: option(
    z
      .string()
      .refine(
        (url) => url === '' || isRedisUrl(url),
        'must be redis://host, rediss://host or sentinel://host,host/name, user and password percent-encoded',
      ),
    '',
    'URL',
    'The Redis (7 or later) or Valkey that all nodes share: redis://user:password@host:6379/0, rediss:// with TLS, sentinel://host,host/name for the primary that sentinels know. It needs maxmemory-policy noeviction and should have appendonly yes. docs/cluster.md says what nodes promise. Empty: this server is alone.',
    { secret: true },
  ),
  redisPrefix: option(
    z.string().regex(/^[\w.:@-]{0,100}$/, 'must be up to 100 letters, digits and -._:@'),
    'atrium:',
    'text',
    'What the names of all keys and channels in Redis begin with.',
  ),
  redisWaitReplicas: option(
    count.min(0).max(16),
    0,
    'replicas',
    'How many replicas of Redis must have a write before it counts. With 0 the last writes may be lost when Redis fails over and the owner of a room dies at the same time.',
  ),
  nodeName: option(
    z.string().max(100),
    '',
    'name',
    'What this node is called, for people. Empty: the name of the machine.',
  ),
  nodeUrl: option(
    z
      .string()
      .refine(
        (url) => url === '' || (/^https?:\/\/[^\s@/?#]+$/.test(url) && URL.canParse(url)),
        'must be an http:// or https:// URL without user, password and path',
      ),
    '',
    'URL',
    'Where the other nodes reach this one, at its own port and not at the balancer. They pass clients of EasyRTC, the Orchestrator, ERT Concierge and COMPEIT on to the one node that serves them. Needs clusterSecret. Empty: they cannot, and the balancer must send these clients to one node.',
  ),
  clusterSecret: option(
    z
      .string()
      .refine(
        (secret) => secret === '' || secret.length >= minClusterSecretLength,
        `must have ${minClusterSecretLength} characters or more`,
      ),
    '',
    'secret',
    'Shared by all nodes, with which they show each other at nodeUrl that they are nodes, and from which address a client comes. With mediaHost they make the passwords of their engines from it. It is never sent.',
    { secret: true },
  ),
  leaseMs: option(
    count.min(1_500).max(30_000),
    3_000,
    'ms',
    'How long a node that Redis does not hear of still counts as alive. Its rooms are taken over then.',
  ),
  resumeMs: option(
    count.min(1_000).max(600_000),
    30_000,
    'ms',
    'How long what was told in a room is kept, for clients that come back. It should be longer than the time that a client has to come back.',
  ),
  logEntries: option(count.min(100).max(100_000), 2_000, 'messages', 'The most that is kept of it for each room.'),
  logBytes: option(
    count.min(65_536).max(67_108_864),
    1_048_576,
    'bytes',
    'The most that is kept of it for each room, in UTF-8.',
  ),
  placementSlack: option(
    number.min(1).max(100),
    1.3,
    'times',
    'A node opens new rooms itself until its load is so many times the mean of its region. Then the least loaded one opens them.',
  ),
} as const satisfies Table;
