import type { Log } from '../log.js';
import { ClusterError } from './cluster-error.js';
import type { Hub } from './redis.js';

/** Redis cannot carry rooms as it is set up. The message says what to change. */
export class UnfitRedisError extends Error {
  override readonly name = 'UnfitRedisError';
}

const oldestVersion = 7;

/**
 * Whether Redis loses nothing that it has taken. Asked at the start.
 * @throws UnfitRedisError, or ClusterError when Redis cannot be asked
 */
export async function checkRedis(hub: Hub, waitReplicas: number, log: Log): Promise<void> {
  const info = readInfo(await hub.call('INFO', 'all'));
  const version = info.get('redis_version') ?? '';
  if (Number.parseInt(version, 10) < oldestVersion) {
    throw new UnfitRedisError(`Redis ${version} is too old: rooms need ${oldestVersion} or later, or Valkey`);
  }
  if (info.get('cluster_enabled') === '1') {
    throw new UnfitRedisError('Redis Cluster is not supported: name one primary, or its sentinels');
  }
  const policy = info.get('maxmemory_policy') ?? 'unknown';
  if (policy !== 'noeviction') {
    throw new UnfitRedisError(
      `Redis drops data when its memory is full: set maxmemory-policy to noeviction (${policy})`,
    );
  }
  if (info.get('role') !== 'master')
    throw new UnfitRedisError('Redis is a replica: name its primary, or its sentinels');
  if (info.get('aof_enabled') !== '1') {
    log.warn('Redis has no append-only file: set appendonly to yes, or a restart of Redis loses what it had');
  }
  const replicas = Number(info.get('connected_slaves') ?? '0');
  if (replicas < waitReplicas) {
    log.warn('Redis has fewer replicas than REDIS_WAIT_REPLICAS: nothing is written until they are there', {
      replicas,
      wanted: waitReplicas,
    });
  }
}

function readInfo(answer: unknown): ReadonlyMap<string, string> {
  if (typeof answer !== 'string') throw new ClusterError('AWAY', 'Redis says nothing of itself');
  return new Map(
    answer.split('\r\n').flatMap((line): [string, string][] => {
      const at = line.indexOf(':');
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
}
