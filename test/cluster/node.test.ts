import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { roomHash } from '../../cluster/names.js';
import { ClusterNode } from '../../cluster/node.js';
import type { NodeHooks } from '../../cluster/node.js';
import type { Command } from '../../cluster/redis.js';
import { UnfitRedisError } from '../../cluster/redis-check.js';
import { RecordingLog } from '../support/recording-log.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { nodeSettings, turn } from './rooms-in-redis.js';

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

  it('has all the rights that it needs in deploy/redis.conf, and no others', async () => {
    const deployed = await RedisServer.deployed();
    ended.push(async () => deployed.remove());
    const log = new RecordingLog();
    const settings = { ...nodeSettings(deployed.url), redisPrefix: 'atrium:' };
    const facts = () => ({ ...idle.facts(), load: new Map([['ws://one', 1]]) });
    const node = await ClusterNode.start(settings, { ...idle, facts }, log);
    ended.push(async () => node.close());
    const other = await ClusterNode.start(settings, idle, log);
    ended.push(async () => other.close());
    const claim = await node.directory.claim('garden');
    if (claim.type !== 'mine') throw new Error('the room is taken');
    const hash = roomHash('garden');
    const owner = { trimming: () => undefined, fenced: () => undefined, deaf: () => undefined };
    const journal = node.journals.begin({ ...claim, hash, name: 'garden' }, [], owner);
    await node.rooms.watch(() => undefined);
    journal.set('room', '{}');
    journal.set('gone', '1');
    journal.append('*', 'told');
    journal.keepSession('s1');
    journal.summarize(() => '{}');
    journal.send(other.id, 'hello');
    await journal.committed();
    journal.remove('gone');
    journal.forgetSession('s1');
    await journal.committed();
    await node.store.rewrite(
      { hash, epoch: claim.epoch },
      {
        ...{ name: 'garden', version: 1, seq: 5, state: new Map([['room', '{}']]), sends: [], sessions: ['s2'] },
        ...{ log: [{ at: { epoch: claim.epoch, seq: 4 }, slots: '*', frame: 'again' }], summary: '{}' },
      },
    );
    const trim = { epoch: claim.epoch, seq: 1 };
    await node.store.commit({ hash, epoch: claim.epoch }, turn({ from: 5, trim }));
    const epoch = await node.store.handover({ hash, epoch: claim.epoch }, 6, other.id);
    expect((await other.directory.claim('garden')).type).to.equal('mine');
    expect([...(await other.rooms.summaries())]).to.deep.equal([[hash, '{}']]);
    expect(await other.store.logAfter(hash, { epoch: 0, seq: 0 }, 10)).to.have.length(2);
    await node.membership.peers.look();
    await node.membership.peers.look();
    await node.directory.takeOver(other.id);
    await other.store.close({ hash, epoch });
    await other.membership.close();
    expect(log.lines.filter(({ level }) => level === 'warn' || level === 'error')).to.deep.equal([]);
    expect(await node.store.roomOf('s2')).to.equal(hash);
    await node.hub.call('SCARD', node.names.roomsOf(node.id));
    const forbidden: Command[] = [['GETDEL', 'atrium:nodes'], ['FLUSHALL'], ['CONFIG', 'GET', '*'], ['KEYS', '*']];
    forbidden.push(['SET', 'other:key', '1'], ['PUBLISH', 'other', '1'], ['CLIENT', 'KILL', 'TYPE', 'normal']);
    for (const command of forbidden) {
      const refused: unknown = await node.hub.call(...command).catch((error: unknown) => error);
      expect(String(refused), command.join(' ')).to.include('NOPERM');
    }
  });
});
