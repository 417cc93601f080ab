import { expect } from 'chai';
import { PeerProcess, sections } from '../../support/peer.js';
import type { Peer } from '../../support/peer.js';
import { RpcClient } from '../../support/rpc-client.js';
import { useServer } from '../../support/server.js';
import { defaultBindAddress } from '../../../media/embedded/transport/local-addresses.js';

/** Packets of the kind that still flows, which show that what was on its way has come. */
const drained = 20;
const watched = 60;

describe('Kurento Room §3.11 what a moderator has cut', () => {
  const server = useServer({ firstIsModerator: true });
  let peers: PeerProcess;
  before(async () => {
    peers = await PeerProcess.start();
  });
  after(() => peers.stop());

  /** A peer whose media goes through the server, connected. `owner` names the stream. */
  async function connect(client: RpcClient, owner: string, way: 'publishVideo' | 'receiveVideoFrom'): Promise<Peer> {
    const early: object[] = [];
    let isAnswered = false;
    const tell = (candidate: object): void => {
      void client.call('onIceCandidate', { endpointName: owner, ...candidate });
    };
    const peer = await peers.open({
      sections: sections(way === 'publishVideo' ? 'sendonly' : 'recvonly'),
      bindAddress: defaultBindAddress(),
      onCandidate: (candidate) => {
        if (isAnswered) tell(candidate);
        else early.push(candidate);
      },
    });
    const sender = way === 'publishVideo' ? {} : { sender: `${owner}_webcam` };
    const { sdpAnswer } = await client.request(way, { ...sender, sdpOffer: peer.offer });
    peer.accept(String(sdpAnswer));
    isAnswered = true;
    for (const candidate of early) tell(candidate);
    const listen = async (): Promise<void> => {
      for (;;) {
        const { params } = await client.take(
          (frame) => frame.method === 'iceCandidate' && frame.params?.endpointName === owner,
        );
        peer.addCandidate({ candidate: String(params?.candidate), sdpMid: String(params?.sdpMid) });
      }
    };
    // It ends when no candidate has come for a while.
    listen().catch(() => undefined);
    await peer.connected();
    return peer;
  }

  /** Counts the packets of one kind while those of the other flow. */
  async function countWhile(peer: Peer, kind: 'audio' | 'video'): Promise<number> {
    const other = kind === 'audio' ? 'video' : 'audio';
    await peer.receives({ [other]: peer.received[other] + drained });
    const before = peer.received[kind];
    await peer.receives({ [other]: peer.received[other] + watched });
    return peer.received[kind] - before;
  }

  it('reaches no subscriber, not a packet, whatever its owner does, and flows again when the cut is taken away', async () => {
    const [mod, ana] = [await RpcClient.connect(server().url), await RpcClient.connect(server().url)];
    await mod.request('joinRoom', { user: 'mod', room: 'mute' });
    await ana.request('joinRoom', { user: 'ana', room: 'mute' });
    (await connect(ana, 'ana', 'publishVideo')).send();
    const first = await connect(mod, 'ana', 'receiveVideoFrom');
    await first.receives({ audio: 10, video: 10 });
    for (const kind of ['audio', 'video'] as const) {
      await mod.request('muteParticipant', { id: 'ana', kinds: [kind], muted: true });
      expect(await countWhile(first, kind), kind).to.equal(0);
      await ana.request('updateState', { audio: true, video: true });
      expect(await countWhile(first, kind), `${kind}, although its owner says it is on`).to.equal(0);
      await mod.request('muteParticipant', { id: 'ana', kinds: [kind], muted: false });
      await first.receives({ [kind]: first.received[kind] + 10 });
    }
    await mod.request('muteParticipant', { id: 'ana', kinds: ['audio'], muted: true });
    await ana.request('unpublishVideo');
    (await connect(ana, 'ana', 'publishVideo')).send();
    const second = await connect(mod, 'ana', 'receiveVideoFrom');
    await second.receives({ video: watched });
    expect(second.received.audio, 'published anew').to.equal(0);
    await mod.request('muteParticipant', { id: 'ana', kinds: ['audio'], muted: false });
    await second.receives({ audio: 10 });
    for (const client of [mod, ana]) client.cut();
  });
});
