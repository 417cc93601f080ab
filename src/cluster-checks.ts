import { ConfigError } from '../options/config-error.js';
import type { Config } from './config.js';

/** Whether the options of several nodes fit together. @throws ConfigError */
export function checkCluster({ nodeUrl, clusterSecret }: Config): void {
  if (nodeUrl !== '' && clusterSecret === '') {
    throw new ConfigError('NODE_URL: needs CLUSTER_SECRET, by which the nodes know each other');
  }
}
