import { expect } from 'chai';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { adminToken } from '../support/administrator.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { bindAddress } from '../support/negotiate.js';
import { until } from '../support/until.js';
import { useClusterStage } from './served-node.js';

describe('Nodes and media servers of two regions', function () {
  this.timeout(60_000);
  const stage = useClusterStage();
  let american: EmbeddedEngine;

  before(async function () {
    american = await EmbeddedEngine.start(0, ['--bind-address', bindAddress]);
  });

  after(async () => {
    await american.stop();
  });

  afterEach(() => until('nothing is left in america', async () => (await endpointsAt(american)) === 0));

  const mediaServers = (): string[] => [`${stage.engine.url}#eu`, `${american.url}#us`];

  const node = async (nodeName: string, nodeRegion: string) =>
    stage.node({ nodeName, nodeRegion, adminToken, kmsUris: mediaServers() });

  async function endpointsAt({ url }: { readonly url: string }): Promise<number> {
    const socket = await KurentoSocket.open(url);
    try {
      const pipelines = await socket.pipelines();
      return (await Promise.all(pipelines.map((id) => socket.children(id)))).flat().length;
    } finally {
      await socket.close();
    }
  }

  /** In Europe and in America. */
  const endpoints = async (): Promise<number[]> => Promise.all([stage.engine, american].map(endpointsAt));

  it('bring each participant to a media server of the region of its node, and join them by a relay', async () => {
    const [one, two] = [await node('one', 'eu'), await node('two', 'us')];
    const [ana] = await stage.join(one, 'ana', 'r');
    const [ben] = await stage.join(two, 'ben', 'r');
    for (const [client, name] of [[ana, 'ana'] as const, [ben, 'ben'] as const]) {
      (await stage.negotiate(client, name, 'publishVideo')).send();
    }
    expect(await endpoints(), 'publications').to.deep.equal([1, 1]);
    const atBen = await stage.negotiate(ben, 'ana', 'receiveVideoFrom', { sender: 'ana_webcam' });
    const atAna = await stage.negotiate(ana, 'ben', 'receiveVideoFrom', { sender: 'ben_webcam' });
    await Promise.all([atAna, atBen].map((peer) => peer.receives({ audio: 10, video: 10 })));
    expect(await endpoints(), 'each has a subscription, and an end of each relay').to.deep.equal([4, 4]);
  });

  it('do so when the owner of the room is dead, and for a client that has come back through another region', async () => {
    const killed = await stage.nodeProcess(0, {
      ...{ NODE_NAME: 'killed', NODE_REGION: 'eu', KMS_URIS: mediaServers().join() },
      ADMIN_TOKEN: adminToken,
    });
    const [two, three] = [await node('two', 'us'), await node('three', 'eu')];
    await stage.known([two, three, killed]);
    const [, danaId] = await stage.join(killed, 'dana', 'r');
    const [ben] = await stage.join(two, 'ben', 'r');
    const [carl] = await stage.join(three, 'carl', 'r');
    await killed.end('SIGKILL');
    const dana = await stage.resume(two, danaId);
    for (const [client, name] of [[ben, 'ben'] as const, [carl, 'carl'] as const, [dana, 'dana'] as const]) {
      await stage.negotiate(client, name, 'publishVideo');
    }
    expect(await endpoints()).to.deep.equal([1, 2]);
  });
});
