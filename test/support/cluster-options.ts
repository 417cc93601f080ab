import { randomBytes } from 'node:crypto';
import type { GivenConfig } from '../../src/config.js';

/** With TEST_REDIS_URL, which a person sets, every server of the tests is a node of a cluster of its own. */
export function clusterOptions(): GivenConfig {
  const redisUrl = process.env.TEST_REDIS_URL ?? '';
  if (redisUrl === '') return {};
  return { redisUrl, redisPrefix: `${randomBytes(6).toString('hex')}:`, leaseMs: 1_500 };
}
