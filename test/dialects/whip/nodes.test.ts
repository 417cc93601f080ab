import { expect } from 'chai';
import { Rig } from '../../cluster/processes/rig.js';
import { PeerProcess, sections } from '../../support/peer.js';
import type { Peer } from '../../support/peer.js';
import { ProxyProcess } from '../../support/proxy-process.js';
import { RedisServer } from '../../support/redis-server.js';
import { patienceMs, until } from '../../support/until.js';

const fragmentType = 'application/trickle-ice-sdpfrag';
/** All protocols that share things in one process are one world (cluster/worlds.ts). */
const world = 'world\n';

describe('WHIP and WHEP at three nodes behind haproxy', function () {
  this.timeout(2 * patienceMs);
  let rig: Rig;
  let peers: PeerProcess;
  let haproxy: ProxyProcess;

  before(async function () {
    if (!RedisServer.isInstalled || !ProxyProcess.isInstalled('haproxy')) this.skip();
    [rig, peers] = await Promise.all([
      Rig.start({ TRUSTED_PROXIES: 'loopback' }, { engine: ['--bind-address', '127.0.0.1'] }),
      PeerProcess.start(),
    ]);
    const [one = 0, two = 0, three = 0] = rig.nodes.map(({ port }) => port);
    haproxy = await ProxyProcess.haproxyOfNodes([one, two, three]);
    await until('all nodes are found ready', async () => (await ready()) === 3);
  });
  after(async () => {
    if (!RedisServer.isInstalled || !ProxyProcess.isInstalled('haproxy')) return;
    await Promise.all([haproxy.stop(), peers.stop()]);
    await rig.close();
  });

  async function ready(): Promise<number> {
    const stats = await (await fetch(haproxy.statsUrl)).text();
    return [...stats.matchAll(/^nodes,(?:one|two|three),.*,UP,/gm)].length;
  }

  /** haproxy chooses a node for each request. */
  const ask = (path: string, given: RequestInit): Promise<Response> =>
    fetch(`http://127.0.0.1:${haproxy.port}${path}`, given);

  interface Client {
    readonly peer: Peer;
    readonly path: string;
    readonly etag: string;
  }

  async function open(path: string, direction: 'sendonly' | 'recvonly'): Promise<Client> {
    const peer = await peers.open({ sections: sections(direction), bindAddress: '127.0.0.1' });
    let answer: Response | undefined;
    await until(
      'a node takes it',
      async () => {
        answer = await ask(path, { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: peer.offer });
        return answer.status === 201;
      },
      patienceMs,
    );
    peer.accept((await answer?.text()) ?? '');
    await peer.connected();
    return { peer, path: answer?.headers.get('location') ?? '', etag: answer?.headers.get('etag') ?? '' };
  }

  /** @param at where a node is, and not haproxy */
  const trickle = async ({ path, etag }: Client, at: string): Promise<number> =>
    (
      await fetch(new URL(path, at), {
        ...{ method: 'PATCH', headers: { 'Content-Type': fragmentType, 'If-Match': etag } },
        body: 'm=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=candidate:1 1 UDP 1 127.0.0.1 9 typ host\r\n',
      })
    ).status;

  async function play(room: string): Promise<readonly [encoder: Client, player: Client]> {
    const encoder = await open(`/whip/${room}`, 'sendonly');
    encoder.peer.send();
    const id = `whip-${(encoder.path.split('/').at(-1) ?? '').slice(0, 8)}`;
    const player = await open(`/whep/${room}/${id}`, 'recvonly');
    await player.peer.receives({ audio: 10, video: 10 });
    return [encoder, player];
  }

  it('are served whichever nodes their requests come to', async () => {
    const [encoder, player] = await play('hall');
    const owner = await rig.owner(world);
    expect((await rig.owner('hall')).port, 'their room is there, too').to.equal(owner.port);
    for (const { url } of rig.nodes) {
      expect(await trickle(encoder, url)).to.equal(204);
      expect(await trickle(player, url)).to.equal(204);
      expect(await trickle({ ...player, etag: '"another"' }, url)).to.equal(412);
      // A restart of ICE that has no credentials is refused by the node that has the session.
      expect(await trickle({ ...encoder, etag: '"*"' }, url)).to.equal(400);
    }
    const others = rig.nodes.filter((node) => node !== owner);
    for (const [index, { path }] of [player, encoder].entries()) {
      const at = others[index]?.url ?? '';
      expect((await fetch(new URL(path, at), { method: 'DELETE' })).status).to.equal(200);
      expect((await ask(path, { method: 'DELETE' })).status).to.equal(404);
    }
    peers.closeAll();
    await until('the room has ended', async () => (await rig.ownerOf('hall')) === undefined);
  });

  it('make new sessions at another node when the one that serves them is killed', async () => {
    const [encoder, player] = await play('yard');
    const owner = await rig.owner(world);
    await owner.kill();
    await until('haproxy sends nobody there', async () => (await ready()) === 2);
    for (const { path } of [encoder, player]) {
      await until(
        'its session is over',
        async () => (await ask(path, { method: 'DELETE' })).status === 404,
        patienceMs,
      );
    }
    peers.closeAll();
    const [again] = await play('yard');
    expect((await rig.owner(world)).port).to.not.equal(owner.port);
    expect((await ask(again.path, { method: 'DELETE' })).status).to.equal(200);
  });
});
