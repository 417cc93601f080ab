import { expect } from 'chai';
import { Asker } from '../rest/asker.js';
import type { Reply } from '../rest/asker.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { ClusterStage } from './served-node.js';

const adminToken = 'secret';
const headers = { authorization: `Bearer ${adminToken}` };
const roomPath = (name: string): string => `api/v1/rooms/${encodeURIComponent(name)}`;

/** A call of LiveKit's RoomService, in JSON. */
async function livekit(server: { readonly url: string }, method: string, body: object): Promise<unknown> {
  const response = await fetch(new URL(`/twirp/livekit.RoomService/${method}`, server.url), {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

describe('REST of several nodes', function () {
  this.timeout(60_000);
  let stage: ClusterStage;

  before(async function () {
    if (!RedisServer.isInstalled) this.skip();
    stage = await ClusterStage.open();
  });

  afterEach(() => stage.clear());
  after(async () => {
    if (RedisServer.isInstalled) await stage.close();
  });

  /** Nodes in this process, each with somebody that asks it. */
  async function nodes(count: number) {
    const all = await Promise.all(Array.from({ length: count }, async () => stage.node({ adminToken })));
    const askers = await Promise.all(all.map(async ({ url }) => Asker.of(url)));
    return all.map((server, index) => {
      const asker = askers[index];
      if (!asker) throw new Error('there is one for each node');
      const ask = async (path: string, method = 'GET', body?: object): Promise<Reply> =>
        asker.ask(
          path,
          method,
          { ...headers, ...(body && { 'content-type': 'application/json' }) },
          body && JSON.stringify(body),
        );
      return { server, asker, ask };
    });
  }

  it('lists the rooms of all nodes, in the order they were opened, as one server does', async () => {
    const [one, two, three] = await nodes(3);
    if (!one || !two || !three) throw new Error('there are three');
    const [ana] = await stage.join(one.server, 'ana', 'of one');
    await two.ask('api/v1/rooms', 'POST', { name: 'of two', title: 'Two', metadata: 'm' });
    await two.ask('api/v1/rooms', 'POST', { name: 'unlisted', listed: false });
    await stage.join(three.server, 'ben', 'of one');
    const expected = [
      { name: 'of one', title: null, participants: 2, publications: 0, dialects: { 'kurento-room': 2 } },
      { name: 'of two', title: 'Two', participants: 0, publications: 0, dialects: {} },
    ];
    for (const { ask, asker } of [one, two, three]) {
      await until('all see the same', async () => {
        const { body } = await asker.ask('api/v1/rooms');
        return JSON.stringify(body) === JSON.stringify(expected);
      });
      expect((await asker.ask('getAllRooms')).body).to.deep.equal(['of one', 'of two']);
      expect((await ask('getAllRooms')).body).to.deep.equal(['of one', 'of two', 'unlisted']);
    }
    const lists = await Promise.all([one, two, three].map(async ({ server }) => livekit(server, 'ListRooms', {})));
    expect(lists[0]).to.have.nested.property('rooms[1].metadata', 'm');
    expect(lists.slice(1)).to.deep.equal([lists[0], lists[0]]);
    const named = { names: ['of two', 'of nobody', 'of two'] };
    expect(await livekit(three.server, 'ListRooms', named))
      .to.have.property('rooms')
      .that.has.length(1);
    await ana.request('leaveRoom');
    await two.ask(roomPath('of two'), 'DELETE');
    expect((await two.ask('getAllRooms')).body, 'at once where it was').to.deep.equal(['of one', 'unlisted']);
    for (const { ask } of [one, two, three]) {
      await until('it is gone', async () => {
        const { body } = await ask('api/v1/rooms');
        return !JSON.stringify(body).includes('"of two"');
      });
    }
  });

  it('names the nodes to administrators', async () => {
    const [one, two] = await nodes(2);
    if (!one || !two) throw new Error('there are two');
    await stage.join(two.server, 'ana', 'r');
    expect((await one.asker.ask('api/v1/cluster')).status).to.equal(401);
    await until('the others are known', async () => {
      const { body } = await one.ask('api/v1/cluster');
      const [own, other] = (body as { nodes: Record<string, unknown>[] }).nodes;
      return (
        own?.state === 'up' && own.rooms === 0 && other?.state === 'up' && other.rooms === 1 && other.sockets === 1
      );
    });
    await two.server.stop();
    await until('it is gone', async () => {
      const { body } = await one.ask('api/v1/cluster');
      return (body as { nodes: unknown[] }).nodes.length === 1;
    });
  });
});
