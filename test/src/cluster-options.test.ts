import { expect } from 'chai';
import { ConfigError, configOf, readConfig } from '../../src/config.js';
import { checkStart } from '../../src/start-checks.js';

function refusal(env: NodeJS.ProcessEnv): string {
  try {
    readConfig([], env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('options of several nodes', () => {
  it('are read, and refused at the start as long as they do nothing', async () => {
    const config = readConfig([], { REDIS_URL: 'redis://:secret@redis.example', REDIS_WAIT_REPLICAS: '1' });
    expect(config).to.deep.include({ redisUrl: 'redis://:secret@redis.example', redisWaitReplicas: 1, leaseMs: 3_000 });
    const error: unknown = await checkStart(config, {}).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ConfigError);
    expect(String(error)).to.include('REDIS_URL: rooms over many nodes are not built yet');
    await checkStart(configOf({ port: 0 }), {});
  });

  it('show no password of Redis when its URL is wrong', () => {
    const text = refusal({ REDIS_URL: 'redis:/:secret@host' });
    expect(text).to.match(/^REDIS_URL must be redis:\/\/host/);
    expect(text).not.to.include('secret@');
  });

  it('need a secret of some length for NODE_URL', () => {
    expect(refusal({ NODE_URL: 'http://node-1:8080' })).to.include('NODE_URL: needs CLUSTER_SECRET');
    expect(refusal({ NODE_URL: 'http://node-1:8080', CLUSTER_SECRET: 'short' })).to.include('32 characters or more');
    expect(refusal({ NODE_URL: 'http://node-1:8080', CLUSTER_SECRET: 'x'.repeat(32) })).to.equal('not refused');
  });

  it('have bounds', () => {
    expect(refusal({ LEASE_MS: '1000' })).to.include('LEASE_MS must be a number of ms from 1500 to 30000');
  });
});
