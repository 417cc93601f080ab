import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningServer } from '../../src/server.js';
import { doors, enter } from '../doors/doors.js';
import type { Door, Visitor } from '../doors/doors.js';
import { freePort } from '../../tools/free-port.js';
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

/** Of the Orchestrator. */
interface Answer {
  readonly error: number;
  readonly body: Readonly<Record<string, unknown>>;
}

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
    const orchestrator = { foreignChat: true };
    return stage.node({ port, nodeUrl: `http://127.0.0.1:${port}`, clusterSecret, orchestrator });
  }

  /** One that keeps its world as long as it lives, however busy the machine is. That it is killed is seen at once all the same. */
  async function nodeProcess(): Promise<ServerProcess> {
    const port = await freePort();
    const own = { NODE_URL: `http://127.0.0.1:${port}`, LEASE_MS: '30000' };
    return stage.nodeProcess(port, { ...own, CLUSTER_SECRET: clusterSecret });
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

  async function asked(visitor: Visitor, name: string, content: object): Promise<Answer> {
    const { number } = visitor;
    visitor.line.send(`42/orchestrator,${number}${JSON.stringify([name, content])}`);
    const answer = await visitor.next(new RegExp(`^43/orchestrator,${number}\\[`));
    const [parsed] = JSON.parse(answer.slice(answer.indexOf('['))) as [Answer];
    return parsed;
  }

  /** By name: the id, and all of it as JSON. */
  async function sessionsSeenBy(visitor: Visitor): Promise<ReadonlyMap<string, readonly [id: string, json: string]>> {
    const { body } = await asked(visitor, 'GetSessions', {});
    return new Map(
      Object.entries(body as Record<string, { readonly sessionName: string }>).map(([id, session]) => [
        session.sessionName,
        [id, JSON.stringify(session)],
      ]),
    );
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
    for (const door of worldDoors.filter((each) => each !== first)) {
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

  it('of the Orchestrator find rooms of other nodes in their list: people are counted, and named to those that come in', async () => {
    const [one, two] = [await node(), await node()];
    const door = worldDoors.find(({ name }) => name.startsWith('Orchestrator'));
    if (!door) throw new Error('there is a door');
    const ada = await comeIn(door, one, 'ada', 'lobby');
    for (const user of ['kay', 'leo']) await stage.join(two, user, 'garden');
    const garden = async () => (await sessionsSeenBy(ada)).get('garden') ?? (['', ''] as const);
    await until('both are counted', async () => (await garden())[1].includes('"sessionUsers":["member-1","member-2"]'));
    const [id, told] = await garden();
    expect(told).to.not.match(/kay|leo/);
    expect((await asked(ada, 'LeaveSession', {})).error).to.equal(0);
    const { error, body } = await asked(ada, 'JoinSession', { sessionId: id });
    expect([error, body.sessionId]).to.deep.equal([0, id]);
    expect(JSON.stringify(body)).to.match(/kay.*leo/);
    expect(one.rooms.find('garden')?.size).to.equal(3);
    expect((await asked(ada, 'JoinSession', { sessionId: 'no such id' })).error).to.equal(503);
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

  it('of all five protocols meet in one room that was opened at a third node, and hear each other', async () => {
    const nodes = [await node(), await node(), await node()] as const;
    const [one, two, three] = nodes;
    const [first] = worldDoors;
    if (!first) throw new Error('there is a door');
    // The first one that is asked serves them.
    await comeIn(first, one, 'first', 'elsewhere');
    await stage.join(three, 'zoe', 'attic');
    const all: Visitor[] = [];
    const five = [...doors.filter(({ name }) => name.startsWith('room')), ...worldDoors];
    for (const [index, door] of five.entries()) {
      const visitor = await comeIn(door, [three, two, three, one, two][index] ?? one, `visitor${index}`, 'plaza');
      all.push(visitor);
      if (door.name.startsWith('EasyRTC')) {
        visitor.line.send(`42${visitor.number}["easyrtcCmd",{"msgType":"getRoomList"}]`);
        expect(await visitor.next(/"roomList"/), 'a room of another node').to.match(
          /"attic":\{[^}]*"numberClients":1\}/,
        );
      }
      if (!door.name.startsWith('Concierge')) continue;
      visitor.line.send(JSON.stringify({ type: 'GROUP_FETCH_ALL' }));
      expect(await visitor.next(/GROUP_FETCH_ALL/)).to.include('"name":"plaza"');
      visitor.line.send(JSON.stringify({ type: 'SELF_SUBSCRIBE', name: 'plaza' }));
      await visitor.next(/"SUBSCRIBED"/);
    }
    expect(nodes.map(({ rooms }) => rooms.find('plaza')?.size)).to.deep.equal([5, undefined, undefined]);
    const inGroup = { type: 'GROUP', group: 'plaza' };
    for (const each of all) {
      const text = `from ${each.name}`;
      const isConcierge = each.speech === first.speech;
      each.line.send(
        isConcierge
          ? JSON.stringify({ type: 'MESSAGE', target: inGroup, data: text })
          : each.speech.say(each, 'plaza', text),
      );
      for (const other of all) if (other !== each) await other.next(new RegExp(`from ${each.name}`));
    }
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
    const served = owner.dialects.map(({ state }) => state.connections).filter((connections) => connections > 0);
    expect(served).to.deep.equal([2, 2, 2, 2]);
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
