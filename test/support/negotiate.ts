import { expect } from 'chai';
import { sections, withLevels } from './peer.js';
import type { Peer, PeerProcess } from './peer.js';
import type { RpcClient } from './rpc-client.js';

/** Where peers and media servers of these tests are. */
export const bindAddress = '127.0.0.1';

/** Requests of a publisher. */
const publishing = ['publishVideo', 'reconnectStream'];

/** A peer whose candidates and answer go through the server. `of`: the publisher. */
export async function negotiate(
  peers: PeerProcess,
  client: Pick<RpcClient, 'request' | 'take'>,
  of: string,
  method: string,
  params: object = {},
): Promise<Peer> {
  const told: Promise<unknown>[] = [];
  const peer = await peers.open({
    sections: sections(publishing.includes(method) ? 'sendonly' : 'recvonly'),
    bindAddress,
    onCandidate: (candidate) => {
      told.push(client.request('onIceCandidate', { endpointName: of, ...candidate }));
    },
  });
  const { sdpAnswer } = await client.request(method, { sdpOffer: withLevels(peer.offer), ...params });
  peer.accept(String(sdpAnswer));
  const found = await client.take(
    (frame) =>
      frame.method === 'iceCandidate' && [frame.params?.endpointName, frame.params?.senderConnectionId].includes(of),
  );
  peer.addCandidate({ candidate: String(found.params?.candidate), sdpMid: String(found.params?.sdpMid) });
  await peer.connected();
  await Promise.all(told);
  return peer;
}

/** Of the packets that a subscriber has got since the first one. */
export function expectGapless({ videoSequence }: Peer): void {
  const [begin = 0] = videoSequence;
  expect(videoSequence, 'no packet is missing').to.deep.equal(
    videoSequence.map((_, index) => (begin + index) % 65_536),
  );
}
