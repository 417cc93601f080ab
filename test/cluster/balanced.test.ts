import { expect } from 'chai';
import type { RunningServer } from '../../src/server.js';
import { doors, enter } from '../doors/doors.js';
import { adminToken } from '../support/administrator.js';
import { freePort } from '../../tools/free-port.js';
import { ProxyProcess } from '../support/proxy-process.js';
import { RedisServer } from '../support/redis-server.js';
import type { RpcClient } from '../support/rpc-client.js';
import { until } from '../support/until.js';
import { ClusterStage } from './served-node.js';

const clusterSecret = 'a secret of nodes, for tests alone';

describe('Three nodes behind haproxy, as deploy/haproxy/nodes.cfg has it', function () {
  this.timeout(60_000);
  const stage = new ClusterStage();
  let nodes: readonly [RunningServer, RunningServer, RunningServer];
  let haproxy: ProxyProcess;

  before(async function () {
    if (!RedisServer.isInstalled || !ProxyProcess.isInstalled('haproxy')) this.skip();
    await stage.open();
    nodes = await Promise.all([node(), node(), node()]);
    haproxy = await ProxyProcess.haproxyOfNodes([portOf(nodes[0]), portOf(nodes[1]), portOf(nodes[2])]);
    await stage.known(nodes);
    await until('all nodes are found ready', async () => (await ready()) === 3);
  });
  after(async () => {
    if (!RedisServer.isInstalled || !ProxyProcess.isInstalled('haproxy')) return;
    await haproxy.stop();
    await stage.clear();
    await stage.close();
  });

  async function node(): Promise<RunningServer> {
    const port = await freePort();
    const given = {
      nodeUrl: `http://127.0.0.1:${port}`,
      clusterSecret,
      trustedProxies: ['loopback'],
      adminToken,
      drainS: 0,
    };
    return stage.node({ port, ...given });
  }

  /** How many nodes haproxy would send clients to. */
  async function ready(): Promise<number> {
    const stats = await (await fetch(haproxy.statsUrl)).text();
    return [...stats.matchAll(/^nodes,(?:one|two|three),.*,UP,/gm)].length;
  }

  const site = (): { url: string } => ({ url: `http://127.0.0.1:${haproxy.port}/` });

  it('have polls of one client at whatever node they come to', async () => {
    for (const door of doors.filter(({ name }) => /^(?:EasyRTC|COMPEIT).*, polling/.test(name))) {
      const [ada, bob] = [
        await enter(door, new URL(site().url).origin, { name: 'ada', room: 'hall' }),
        await enter(door, new URL(site().url).origin, { name: 'bob', room: 'hall' }),
      ];
      for (const [one, other] of [
        [ada, bob],
        [bob, ada],
      ] as const) {
        one.line.send(door.speech.say(one, 'hall', `from ${one.name}`));
        await other.next(new RegExp(`from ${one.name}`));
      }
      for (const { line } of [ada, bob]) line.cut();
    }
  });

  it('have people of one room at all nodes, who go on when one of them is told to end', async () => {
    const ana = await stage.join(site(), 'ana', 'garden');
    const ben = await stage.join(site(), 'ben', 'garden');
    const cyd = await stage.join(site(), 'cyd', 'garden');
    expect(
      nodes.map(({ dialects }) => dialects.find(({ name }) => name === 'kurento-room')?.state.connections),
    ).to.deep.equal([1, 1, 1]);
    await nodes[0].suspend();
    const backAgain = async ([client, session]: typeof ana): Promise<RpcClient> => {
      const isClosed = await Promise.race([
        client.closed.then(() => true),
        client.request('ping', { interval: 5_000 }).then(() => false),
      ]);
      return isClosed ? stage.resume(site(), session) : client;
    };
    const [one, two, three] = [await backAgain(ana), await backAgain(ben), await backAgain(cyd)];
    await until('haproxy sends nobody there', async () => (await ready()) === 2);
    await two.request('sendMessage', { message: 'hello', userMessage: 'ben', roomMessage: 'garden' });
    for (const client of [one, three]) {
      const { params } = await client.take((frame) => frame.method === 'sendMessage');
      expect(params).to.include({ user: 'ben', message: 'hello' });
    }
  });
});

function portOf({ url }: RunningServer): number {
  return Number(new URL(url).port);
}
