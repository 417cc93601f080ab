import { expect } from 'chai';
import { ConfigError, configOf, readConfig } from '../../src/config.js';
import type { GivenConfig } from '../../src/config.js';
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
  it('are read, and those that rooms in Redis have no use for are refused', async () => {
    const config = readConfig([], { REDIS_URL: 'redis://:secret@redis.example', REDIS_WAIT_REPLICAS: '1' });
    expect(config).to.deep.include({ redisUrl: 'redis://:secret@redis.example', redisWaitReplicas: 1, leaseMs: 3_000 });
    const refused = async (given: GivenConfig): Promise<unknown> =>
      checkStart(configOf({ port: 0, redisUrl: 'redis://redis.example', ...given }), {}).catch(
        (reason: unknown) => reason,
      );
    expect(await refused({})).to.equal(undefined);
    expect(String(await refused({ stateFile: '/tmp/state' }))).to.match(/^ConfigError: STATE_FILE: leave it out/);
    expect(String(await refused({ mediaKeepAlive: true }))).to.match(
      /^ConfigError: MEDIA_KEEP_ALIVE: with REDIS_URL set MEDIA_HOST/,
    );
    const shared = { mediaHost: '10.0.0.7', mediaKeepAlive: true, clusterSecret: 'x'.repeat(32) };
    for (const [missing, said] of [
      [{ clusterSecret: '' }, 'MEDIA_HOST: needs CLUSTER_SECRET'],
      [{ mediaKeepAlive: false }, 'MEDIA_HOST: set MEDIA_KEEP_ALIVE'],
      [{ kmsUris: ['ws://kms'] }, 'MEDIA_HOST: leave it out'],
      [{ redisUrl: '' }, 'MEDIA_HOST: leave it out'],
      [{}, 'MEDIA_KEEP_ALIVE: set STATE_FILE'],
    ] satisfies [GivenConfig, string][]) {
      expect(String(await refused({ ...shared, ...missing }))).to.include(said);
    }
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
    for (const url of ['http://node-1:8080', 'https://[2001:db8::1]:8443', 'http://10.0.0.7']) {
      expect(refusal({ NODE_URL: url, CLUSTER_SECRET: 'x'.repeat(32) }), url).to.equal('not refused');
    }
    for (const url of ['node-1:8080', 'http://node-1:99999', 'http://[::1', 'http://me:pw@node-1', 'http://node-1/x']) {
      expect(refusal({ NODE_URL: url, CLUSTER_SECRET: 'x'.repeat(32) }), url).to.include('NODE_URL must be an http');
    }
    // Such a node passes clients on, and none are passed on to it.
    expect(refusal({ CLUSTER_SECRET: 'x'.repeat(32) })).to.equal('not refused');
  });

  it('have bounds', () => {
    expect(refusal({ LEASE_MS: '1000' })).to.include('LEASE_MS must be a number of ms from 1500 to 30000');
  });
});
