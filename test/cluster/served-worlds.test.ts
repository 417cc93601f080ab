import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningServer } from '../../src/server.js';
import { doors, enter } from '../doors/doors.js';
import type { Door, Visitor } from '../doors/doors.js';
import { freePort } from '../support/free-port.js';
import { send } from '../support/http.js';
import type { ServerProcess } from '../support/server-process.js';
import { until } from '../support/until.js';
import { useClusterStage } from './served-node.js';

const clusterSecret = 'a secret of nodes, for tests alone';

/** One door of each protocol that has a world. */
const chosen = [
  'Concierge, WebSocket',
  'EasyRTC, WebSocket, Engine.IO 4',
  'Orchestrator, polling, Engine.IO 4',
  'COMPEIT 0.9, polling',
];
const worldDoors = doors.filter(({ name }) => chosen.includes(name));

const originOf = ({ url }: { readonly url: string }): string => new URL(url).origin;

describe('Clients of all protocols at several nodes', function () {
  this.timeout(60_000);
  const visitors: Visitor[] = [];
  afterEach(() => {
    for (const { line } of visitors.splice(0)) line.cut();
  });
  const stage = useClusterStage();

  async function node(): Promise<RunningServer> {
    const port = await freePort();
    return stage.node({ port, nodeUrl: `http://127.0.0.1:${port}`, clusterSecret });
  }

  async function nodeProcess(): Promise<ServerProcess> {
    const port = await freePort();
    return stage.nodeProcess(port, { NODE_URL: `http://127.0.0.1:${port}`, CLUSTER_SECRET: clusterSecret });
  }

  async function comeIn(door: Door, to: { readonly url: string }, name: string, room = 'hall'): Promise<Visitor> {
    const visitor = await enter(door, originOf(to), { name, room });
    visitors.push(visitor);
    return visitor;
  }

  /** As a client does that is told to try again. */
  async function comeBack(door: Door, to: { readonly url: string }, name: string): Promise<Visitor> {
    let found: Visitor | undefined;
    await until(`${door.name} comes in again`, async () => {
      found = await comeIn(door, to, name, 'garden').catch(() => undefined);
      return found !== undefined;
    });
    if (!found) throw new Error('it has come in');
    return found;
  }

  async function meet(door: Door, one: Visitor, other: Visitor, room = 'hall'): Promise<void> {
    one.line.send(door.speech.say(one, room, `from ${one.name}`));
    expect(await other.next(door.speech.heard)).to.include(`from ${one.name}`);
  }

  it('meet, whichever node they come to', async () => {
    const [one, two] = [await node(), await node()];
    for (const door of worldDoors) {
      const pair = [await comeIn(door, one, 'ada'), await comeIn(door, two, 'bob')] as const;
      await meet(door, ...pair);
      for (const { line } of pair) line.cut();
    }
    expect(
      [one.rooms.names, two.rooms.names].filter((names) => names.length > 0).length,
      'nodes with rooms',
    ).to.be.below(2);
  });

  it('have the rooms that they enter brought to the node that serves them, and all in them goes on', async () => {
    const [one, two] = [await node(), await node()];
    const [first] = worldDoors;
    if (!first) throw new Error('there is a door');
    // The first one that is asked serves them.
    await comeIn(first, one, 'first');
    // Clients of the Orchestrator find rooms in a list, which has those of their node alone.
    const inRooms = worldDoors.filter((door) => door !== first && !door.name.startsWith('Orchestrator'));
    for (const door of inRooms) {
      const room = `room${worldDoors.indexOf(door)}`;
      const [kay] = await stage.join(two, 'kay', room);
      const [leo] = await stage.join(one, 'leo', room);
      expect([one.rooms.find(room)?.size, two.rooms.find(room)?.size]).to.deep.equal([undefined, 2]);
      const visitor = await comeIn(door, two, 'ada', room);
      expect([one.rooms.find(room)?.size, two.rooms.find(room)?.size]).to.deep.equal([3, undefined]);
      await kay.take((frame) => frame.method === 'participantJoined' && frame.params?.id !== 'leo');
      await leo.request('sendMessage', { message: 'hello', userMessage: 'leo', roomMessage: room });
      const { params } = await kay.take((frame) => frame.method === 'sendMessage');
      expect(params).to.include({ user: 'leo', message: 'hello' });
      await visitor.next(/hello/);
      visitor.line.cut();
      await leo.take((frame) => frame.method === 'participantLeft');
    }
  });

  it('have these rooms go elsewhere again when they have left, once their node has more than its share', async () => {
    const [one, two] = [await node(), await node()];
    const [first, door] = worldDoors;
    if (!first || !door) throw new Error('there are doors');
    await comeIn(first, one, 'first');
    await stage.join(two, 'kay', 'r');
    const ada = await comeIn(door, one, 'ada', 'r');
    expect(one.rooms.find('r')?.size).to.equal(2);
    for (let count = 0; count < 20; count += 1) await stage.connect(one);
    await ada.ask();
    expect(one.rooms.find('r')?.size, 'as long as ada is there').to.equal(2);
    ada.line.cut();
    await until('it is at the other one', () => two.rooms.find('r')?.size === 1);
    // And back, with the next one.
    await comeIn(door, two, 'bob', 'r');
    expect(one.rooms.find('r')?.size).to.equal(2);
  });

  it('go on at another node when the one is killed that serves them', async () => {
    const owner = await nodeProcess();
    const [one, two] = [await node(), await node()];
    for (const door of worldDoors) await comeIn(door, owner, `first${worldDoors.indexOf(door)}`);
    const [kay] = await stage.join(one, 'kay', 'hall');
    const lost: Visitor[] = [];
    for (const door of worldDoors) lost.push(await comeIn(door, one, `ada${worldDoors.indexOf(door)}`));
    await owner.end('SIGKILL');
    for (const { line } of lost) expect(await line.closed).to.match(/^(1006|503 .*)$/s);
    for (const door of worldDoors) {
      const pair = [
        await comeBack(door, one, `ada${worldDoors.indexOf(door)}`),
        await comeBack(door, two, `bob${worldDoors.indexOf(door)}`),
      ] as const;
      await meet(door, ...pair, 'garden');
      for (const { line } of pair) line.cut();
    }
    // The room itself goes on, without those that cannot come back.
    await kay.take((frame) => frame.method === 'participantLeft');
    await kay.request('sendMessage', { message: 'hello', userMessage: 'kay', roomMessage: 'hall' });
  });

  it('go on at another node when theirs is stopped in order', async () => {
    const [one, two] = [await node(), await node()];
    const lines: Visitor[] = [];
    for (const door of worldDoors) {
      lines.push(
        await comeIn(door, one, `ada${worldDoors.indexOf(door)}`),
        await comeIn(door, two, `bob${worldDoors.indexOf(door)}`),
      );
    }
    await one.suspend();
    await Promise.all(lines.map(async ({ line }) => line.closed));
    for (const door of worldDoors) {
      const visitor = await comeBack(door, two, `bob${worldDoors.indexOf(door)}`);
      await visitor.ask();
      visitor.line.cut();
    }
  });

  it('meet where nodes reach each other by HTTPS', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'atrium-tls-'));
    const tls = { tls: 'self-signed', tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') } as const;
    const port = await freePort();
    const owner = await stage.node({ port, nodeUrl: `https://127.0.0.1:${port}`, clusterSecret, ...tls });
    // It knows whom to trust from its start on.
    const env = { NODE_EXTRA_CA_CERTS: tls.tlsCert, CLUSTER_SECRET: clusterSecret };
    const gateway = await stage.nodeProcess(0, env);
    // The owner is the first one that is asked.
    const first = { ca: readFileSync(tls.tlsCert), method: 'OPTIONS' };
    for (const path of ['/socket.io/1/', '/fs/']) await send(originOf(owner) + path, first);
    for (const door of worldDoors) {
      const pair = [await comeIn(door, gateway, 'ada'), await comeIn(door, gateway, 'bob')] as const;
      await meet(door, ...pair);
    }
    expect(owner.dialects.map(({ state }) => state.connections)).to.deep.equal([0, 2, 2, 2, 2]);
    rmSync(folder, { recursive: true });
  });

  it('are told why where nodes cannot reach each other', async () => {
    const [one, two] = [await stage.node({ clusterSecret }), await stage.node({ clusterSecret })];
    const [door] = worldDoors;
    if (!door) throw new Error('there is a door');
    await comeIn(door, one, 'ada');
    const refused = await send(`${originOf(two)}/socket.io/?EIO=4&transport=polling`);
    expect([refused.status, refused.headers['retry-after']]).to.deep.equal([503, '1']);
    expect(refused.text).to.include('NODE_URL or CLUSTER_SECRET is not set');
    // Their own node serves them.
    expect((await send(`${originOf(one)}/socket.io/1/`, { method: 'OPTIONS' })).status).to.equal(200);
  });
});
