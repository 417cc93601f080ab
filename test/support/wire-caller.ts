import type { PeerProcess } from './peer.js';
import { sections, type Peer } from './peer.js';
import { RpcClient } from './rpc-client.js';
import { until } from './until.js';

/** Somebody with a WebRTC stack who talks the bare room protocol, as applications of the original library do. */
export class WireCaller {
  readonly name: string;
  readonly client: RpcClient;
  readonly #peers: PeerProcess;

  private constructor(name: string, client: RpcClient, peers: PeerProcess) {
    this.name = name;
    this.client = client;
    this.#peers = peers;
  }

  static async join(server: string, room: string, name: string, peers: PeerProcess): Promise<WireCaller> {
    const client = await RpcClient.connect(server);
    await client.request('joinRoom', { user: name, room });
    return new WireCaller(name, client, peers);
  }

  /** Publishes and resolves once media flows to the media server. */
  async publish(): Promise<Peer> {
    const peer = await this.#open('sendonly', this.name);
    const { sdpAnswer } = await this.client.request('publishVideo', { sdpOffer: peer.offer, doLoopback: false });
    await this.#connect(peer, this.name, sdpAnswer);
    peer.send();
    return peer;
  }

  /** Resolves once connected; whether anything comes is the peer's to say. */
  async receive(from: string): Promise<Peer> {
    const peer = await this.#open('recvonly', from);
    const sender = `${from}_webcam`;
    const { sdpAnswer } = await this.client.request('receiveVideoFrom', { sender, sdpOffer: peer.offer });
    await this.#connect(peer, from, sdpAnswer);
    return peer;
  }

  #open(direction: 'sendonly' | 'recvonly', endpointName: string): Promise<Peer> {
    return this.#peers.open({
      sections: sections(direction),
      bindAddress: '127.0.0.1',
      onCandidate: (candidate) => {
        this.client.send({ jsonrpc: '2.0', method: 'onIceCandidate', params: { endpointName, ...candidate } });
      },
    });
  }

  async #connect(peer: Peer, endpointName: string, sdpAnswer: unknown): Promise<void> {
    peer.accept(String(sdpAnswer));
    const handed = new Set<object>();
    await until(`${this.name} is connected for ${endpointName}`, () => {
      for (const frame of this.client.frames) {
        if (frame.method !== 'iceCandidate' || frame.params?.endpointName !== endpointName) continue;
        if (handed.has(frame)) continue;
        handed.add(frame);
        peer.addCandidate({ candidate: String(frame.params.candidate), sdpMid: String(frame.params.sdpMid) });
      }
      if (peer.failure !== undefined || peer.state === 'failed') throw new Error(peer.failure ?? 'no connection');
      return peer.state === 'connected';
    });
  }
}
