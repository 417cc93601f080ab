import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { roomHash } from '../../cluster/names.js';
import { ClusterNode } from '../../cluster/node.js';
import type { NodeHooks } from '../../cluster/node.js';
import { UnfitRedisError } from '../../cluster/redis-check.js';
import { RecordingLog } from '../support/recording-log.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { nodeSettings } from './rooms-in-redis.js';

/** A node that can be stopped and killed. */
class NodeProcess {
  readonly lines: string[] = [];
  readonly child: ChildProcess;

  constructor(url: string, rooms: readonly string[]) {
    const program = fileURLToPath(new URL('node-process.ts', import.meta.url));
    this.child = spawn(process.execPath, ['--import', 'tsx', program, url, ...rooms], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.lines.push(...text.trim().split('\n')));
  }

  get id(): string {
    const line = this.lines.find((each) => each.startsWith('node '));
    if (line === undefined) throw new Error('the node is not up');
    return line.slice('node '.length);
  }

  /** The numbers that it has said, after their commits. */
  get told(): string[] {
    return this.lines.flatMap((line) => (line.startsWith('told ') ? [line.slice('told '.length)] : []));
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

/** A node of which nobody hears anything. */
const idle: NodeHooks = {
  facts: () => ({ rooms: 0, sockets: 0, lag: 0, media: new Set(), load: new Map() }),
  frozen: () => undefined,
  up: () => undefined,
  taken: () => undefined,
};

describe('A node of several', () => {
  let redis: RedisServer;
  let ended: (() => Promise<void>)[];

  before(function () {
    if (!RedisServer.isInstalled) this.skip();
  });

  beforeEach(async () => {
    redis = await RedisServer.start();
    ended = [];
  });

  afterEach(async () => {
    for (const end of ended) await end();
    await redis.remove();
  });

  async function start(taken: string[] = []): Promise<ClusterNode> {
    const node = await ClusterNode.start(
      nodeSettings(redis.url),
      { ...idle, taken: ({ name }) => void taken.push(name) },
      new RecordingLog(),
    );
    ended.push(async () => node.close());
    return node;
  }

  /** A process that owns these rooms, and has said something in each. */
  async function owner(...rooms: string[]): Promise<NodeProcess> {
    const process = new NodeProcess(redis.url, rooms);
    ended.push(async () => process.end());
    await until('the process owns its rooms', () => process.told.length > rooms.length);
    return process;
  }

  async function logOf(node: ClusterNode, name: string): Promise<string[]> {
    const entries = await node.store.logAfter(roomHash(name), { epoch: 0, seq: 0 }, 10_000);
    return entries.map(({ frame }) => frame);
  }

  it('takes the rooms of one that is killed', async () => {
    const taken: string[] = [];
    const node = await start(taken);
    const other = await owner('garden', 'pool');
    await until('the other is known', () => node.membership.peers.alive.length === 1);
    await other.end();
    await until('both are taken', () => taken.length === 2);
    expect([...taken].sort()).to.deep.equal(['garden', 'pool']);
    // All that was told is in the log, in order.
    const log = await logOf(node, 'garden');
    expect(log).to.deep.equal(Array.from({ length: log.length }, (_, index) => String(index)));
    expect((await node.store.ownerOf(roomHash('pool')))?.node).to.equal(node.id);
  });

  it('that was stopped and wakes does nothing more in rooms that it has lost', async () => {
    const taken: string[] = [];
    const node = await start(taken);
    const other = await owner('garden');
    await until('the other is known', () => node.membership.peers.alive.length === 1);
    other.child.kill('SIGSTOP');
    await until('the room is taken', () => taken.length === 1);
    const before = await logOf(node, 'garden');
    other.child.kill('SIGCONT');
    await until('it has stepped down', () => other.lines.includes('fenced garden'));
    await until('it is up again', () => other.lines.at(-1) === 'up');
    expect(await logOf(node, 'garden')).to.deep.equal(before);
    expect(before).to.include.members(other.told);
    await until('it is alive again', () => node.membership.peers.alive.some(({ id }) => id === other.id));
  });

  it('does not start on a Redis that drops data', async () => {
    const strict = await RedisServer.start('--maxmemory-policy', 'allkeys-lru');
    ended.push(async () => strict.remove());
    const error: unknown = await ClusterNode.start(nodeSettings(strict.url), idle, new RecordingLog()).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(UnfitRedisError);
  });
});
