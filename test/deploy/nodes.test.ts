import { expect } from 'chai';
import { execFile, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkRedis } from '../../cluster/redis-check.js';
import { Hub } from '../../cluster/redis.js';
import { parseOptions } from '../../media/embedded/options.js';
import { configOf, readConfig } from '../../src/config.js';
import { optionList } from '../../src/option-list.js';
import { filledIn } from '../support/compose.js';
import { freePort } from '../../tools/free-port.js';
import { RecordingLog } from '../support/recording-log.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const known = new Set(optionList.map(({ variable }) => variable));
const secret = '0123456789abcdef'.repeat(4);

describe('deploy/compose/nodes.yml', () => {
  const service = z.object({
    image: z.string(),
    command: z.array(z.string()).default([]),
    environment: z.record(z.string(), z.string()).default({}),
    healthcheck: z.object({ test: z.array(z.string()) }).optional(),
    ports: z.array(z.string()).default([]),
    volumes: z.array(z.string()).default([]),
    cap_drop: z.array(z.string()),
    read_only: z.literal(true),
    stop_grace_period: z.string().optional(),
  });
  const given = new Map([
    ['PUBLIC_ADDRESS', '192.0.2.7'],
    ['REDIS_PASSWORD', secret],
    ['CLUSTER_SECRET', secret],
    ['MEDIA_SERVER_TOKEN', secret],
  ]);
  const text = read('deploy/compose/nodes.yml').replace(/^\s*#.*$/gm, '');
  const { services, volumes } = z
    .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.unknown()) })
    .parse(filled(parse(text, { merge: true })));
  function filled(value: unknown): unknown {
    if (typeof value === 'string') return filledIn(value, given);
    if (Array.isArray(value)) return value.map(filled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each)]));
  }
  const named = (name: string): z.output<typeof service> => {
    const found = services[name];
    if (!found) throw new Error(`no service ${name}`);
    return found;
  };
  const nodes = ['one', 'two', 'three'].map((name) => ({ name, ...named(`node-${name}`) }));

  it('does not start with a secret or an address that nobody has set', () => {
    for (const name of given.keys()) {
      expect(() => filledIn(text, new Map([...given].filter(([each]) => each !== name)))).to.throw(name);
    }
  });

  it('gives three nodes what they have in common, and each a name and an address of its own', () => {
    const configs = nodes.map(({ environment }) => {
      expect([...known]).to.include.members(Object.keys(environment));
      return readConfig([], environment);
    });
    for (const [index, { nodeName, nodeUrl, ...rest }] of configs.entries()) {
      const { name } = nodes[index] ?? { name: '' };
      expect(nodeName).to.equal(name);
      expect(nodeUrl).to.equal(`http://node-${name}:${configOf().port}`);
      expect({ ...rest, nodeName, nodeUrl }).to.deep.equal({ ...configs[0], nodeName, nodeUrl });
      expect(rest.clusterSecret).to.equal(secret);
    }
  });

  it('leads nodes to its media servers and its Redis, and Caddy to its nodes', () => {
    const [node] = nodes;
    const { KMS_URIS: media = '', REDIS_URL: redis = '' } = node?.environment ?? {};
    const hosts = [...media.split(','), redis].map((url) => new URL(url).hostname);
    expect(hosts).to.deep.equal(['media-one', 'media-two', 'redis']);
    expect(Object.keys(services)).to.include.members(hosts);
    expect(named('caddy').environment.NODES?.split(' ')).to.deep.equal(
      nodes.map(({ name }) => `node-${name}:${configOf().port}`),
    );
    expect(read('deploy/caddy/nodes.Caddyfile')).to.match(/reverse_proxy \{\$NODES:[^}]*\}[^]*health_uri \/readyz/);
  });

  it('starts media servers with flags that they know, and publishes exactly the ports of their media', () => {
    for (const name of ['media-one', 'media-two']) {
      const { command, environment, ports } = named(name);
      const [program, path = '', ...flags] = command;
      expect([program, path]).to.deep.equal(['node', 'dist/media/embedded/main.js']);
      const { udpPorts, announcedAddress, host } = parseOptions(flags);
      expect(announcedAddress).to.deep.equal(['192.0.2.7']);
      expect(host).to.equal('0.0.0.0');
      const range = `${udpPorts.first}-${udpPorts.last}`;
      expect(ports).to.deep.equal([`${range}:${range}/udp`]);
      expect(environment).to.deep.equal({ MEDIA_SERVER_TOKEN: secret });
    }
  });

  it('pins every image, and mounts what is there', () => {
    for (const [name, { image, cap_drop, volumes: mounted }] of Object.entries(services)) {
      expect(image === 'atrium' || /:\d+\.\d+\.\d+-\w+$/.test(image), name).to.equal(true);
      expect(cap_drop, name).to.deep.equal(['ALL']);
      for (const volume of mounted) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.'))
          expect(existsSync(new URL(`deploy/compose/${source}`, root)), source).to.equal(true);
        else expect(Object.keys(volumes)).to.include(source);
      }
    }
  });

  it('waits for a node that ends for longer than it takes', () => {
    const { drainS } = configOf();
    for (const { stop_grace_period: grace = '' } of nodes) {
      // 10 s for the rooms, and 15 s for what is under way.
      expect(Number(/^(\d+)s$/.exec(grace)?.[1])).to.be.at.least(drainS + 25);
    }
  });

  it('starts a Redis that nodes can use, which is healthy then', async function () {
    if (!RedisServer.isInstalled) this.skip();
    const { command, environment, healthcheck } = named('redis');
    const [shell = '', ...args] = command;
    const folder = mkdtempSync(join(tmpdir(), 'redis-'));
    const port = await freePort();
    // A shell reads the paths, and that of a clone may have spaces.
    copyFileSync(new URL('deploy/redis.conf', root), join(folder, 'atrium.conf'));
    const here = (line: string): string =>
      line
        .replaceAll('$$', '$')
        .replace('/etc/redis/atrium.conf', join(folder, 'atrium.conf'))
        .replaceAll('/tmp/redis.conf', join(folder, 'redis.conf'))
        .replace('--dir /data', `--dir ${folder} --port ${port}`)
        .replace('0.0.0.0', '127.0.0.1')
        .replace('redis-cli', `redis-cli -p ${port}`);
    const env = { ...process.env, ...environment };
    const redis = spawn(shell, args.map(here), { env, stdio: 'ignore' });
    const gone = once(redis, 'exit');
    try {
      const [kind, check = ''] = healthcheck?.test ?? [];
      expect(kind).to.equal('CMD-SHELL');
      await until('Redis is healthy', () =>
        run('sh', ['-c', here(check)], { env }).then(
          () => true,
          () => false,
        ),
      );
      const log = new RecordingLog();
      const url = (nodes[0]?.environment.REDIS_URL ?? '').replace('redis:6379', `127.0.0.1:${port}`);
      const hub = new Hub({ url, name: 'test', waitReplicas: 0 }, log);
      await hub.connect();
      await checkRedis(hub, 0, log);
      expect(log.lines).to.deep.equal([]);
      hub.close();
      const stranger = { ...env, REDISCLI_AUTH: 'another' };
      const refused = await run('sh', ['-c', here(check)], { env: stranger }).catch(() => 'refused');
      expect(refused).to.equal('refused');
    } finally {
      redis.kill();
      await gone;
      rmSync(folder, { recursive: true });
    }
  });
});
