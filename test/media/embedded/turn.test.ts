import { expect } from 'chai';
import { z } from 'zod';
import { EmbeddedEngine } from '../../support/embedded-engine.js';
import { KurentoSocket } from '../../../tools/kurento-socket.js';
import { PeerProcess, sections } from '../../support/peer.js';
import { TurnServer } from '../../support/turn-server.js';
import { browserOffer } from './offers.js';

const account = { user: 'engine', password: 'se:cret' };
const found = z.object({ candidate: z.string(), sdpMid: z.string() });

describe('an endpoint of the embedded engine with a STUN and a TURN server', function () {
  this.timeout(60_000);
  let turn: TurnServer | undefined;
  let engine: EmbeddedEngine;
  let client: KurentoSocket;
  let mediaPipeline: string;

  before(async function () {
    if (!TurnServer.isInstalled) this.skip();
    turn = await TurnServer.start(account);
    engine = await EmbeddedEngine.start(0, ['--address-families', 'ipv4']);
    client = await KurentoSocket.open(engine.url);
  });

  after(async () => {
    if (!turn) return;
    await client.close();
    expect(await engine.stop(), 'the engine ends cleanly').to.equal(0);
    await turn.stop();
  });

  beforeEach(async () => {
    mediaPipeline = await client.create('MediaPipeline');
  });

  afterEach(async () => {
    if (turn) await client.value('release', { object: mediaPipeline });
  });

  const server = (): TurnServer => turn ?? expect.fail('no TURN server');

  /** What it tells of kinds of candidates. */
  async function candidates(endpoint: string): Promise<z.infer<typeof found>[]> {
    await client.invoke(endpoint, 'gatherCandidates');
    await client.event('IceGatheringDone', endpoint);
    return client.events
      .filter(({ type, object }) => type === 'IceCandidateFound' && object === endpoint)
      .map(({ data }) => found.parse(data.candidate));
  }

  async function endpointWith(properties: Readonly<Record<string, unknown>>): Promise<string> {
    const endpoint = await client.create('WebRtcEndpoint', { mediaPipeline });
    for (const [name, value] of Object.entries(properties))
      await client.invoke(endpoint, `set${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`, { [name]: value });
    await client.subscribe(endpoint, 'IceCandidateFound', 'IceGatheringDone');
    return endpoint;
  }

  const turnUrl = (password = account.password): string =>
    `${account.user}:${password}@${server().host}:${server().port}?transport=udp`;

  it('tells the address the STUN server sees', async () => {
    const endpoint = await endpointWith({ stunServerAddress: server().host, stunServerPort: server().port });
    await client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
    const told = (await candidates(endpoint)).map(({ candidate }) => candidate);
    expect(told.some((candidate) => candidate.includes('typ srflx'))).to.equal(true);
  });

  it('tells its other addresses all the same when the TURN server refuses it', async () => {
    const endpoint = await endpointWith({ turnUrl: turnUrl('wrong') });
    await client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
    const kinds = (await candidates(endpoint)).map(({ candidate }) => / typ (\w+)/.exec(candidate)?.[1]);
    expect(kinds).to.include('host').and.to.not.include('relay');
  });

  it('is found through the relay by a client that knows no other address of it, and carries video', async () => {
    const peers = await PeerProcess.start();
    const ann = await client.create('WebRtcEndpoint', { mediaPipeline });
    const bob = await endpointWith({ turnUrl: turnUrl() });
    await client.invoke(ann, 'connect', { sink: bob });
    await client.subscribe(ann, 'IceCandidateFound', 'IceGatheringDone');
    const join = async (endpoint: string, relayed: boolean) => {
      const peer = await peers.open({
        sections: sections('sendrecv', ['video']),
        bindAddress: server().host,
        onCandidate: ({ candidate, ...section }) => {
          // With another port the engine's own checks get nowhere, yet the relay lets this address in. Once they have found
          // each other, they may go on without it.
          const told = relayed ? candidate.replace(/ \d+ typ/, ' 9 typ') : candidate;
          void client.invoke(endpoint, 'addIceCandidate', { candidate: { candidate: told, ...section } });
        },
      });
      peer.accept(z.string().parse(await client.invoke(endpoint, 'processOffer', { offer: peer.offer })));
      for (const candidate of await candidates(endpoint))
        if (!relayed || candidate.candidate.includes('typ relay')) peer.addCandidate(candidate);
      await peer.connected();
      return peer;
    };
    const publisher = await join(ann, false);
    const subscriber = await join(bob, true);
    publisher.sendVideo(1, 20);
    await subscriber.receives({ video: 20 });
    await peers.stop();
  });
});
