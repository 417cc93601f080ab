import type { PeerProcess } from './peer.js';
import { sections, type Peer } from './peer.js';
import { RpcClient } from './rpc-client.js';
import { until } from './until.js';

const pingIntervalMs = 5_000;
/** The client announces the first interval and uses the second (docs/protocols/kurento-room.md#14-ping). */
const pingEveryMs = 3_000;

/** Candidates that browsers find but that cannot connect. The client sends all at once and ignores the answers. */
const uselessCandidates = [
  'candidate:2023387037 1 udp 2122260223 2001:db8::7 48156 typ host generation 0',
  'candidate:1876313031 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0',
];

/**
 * A client with a WebRTC stack that behaves like the browser library of 2016
 * (docs/protocols/kurento-room.md#12-known-clients), which is not available any more. It pings from the beginning,
 * counts its ids from 0, sends candidates before the answer to its offer, does not wait for an answer before the next
 * request, and never sends `connect` or `closeSession`.
 */
export class OriginalClient {
  readonly name: string;
  readonly client: RpcClient;
  readonly #peers: PeerProcess;
  readonly #pings: NodeJS.Timeout;
  #nextId = 0;

  private constructor(name: string, client: RpcClient, peers: PeerProcess) {
    this.name = name;
    this.client = client;
    this.#peers = peers;
    this.#send('ping', { interval: pingIntervalMs });
    this.#pings = setInterval(() => {
      this.#send('ping');
    }, pingEveryMs);
  }

  static async join(server: string, room: string, name: string, peers: PeerProcess): Promise<OriginalClient> {
    const caller = new OriginalClient(name, await RpcClient.connect(server), peers);
    await caller.#request('joinRoom', { user: name, room });
    return caller;
  }

  /** Publishes. Resolves when media flows to the media server. */
  publish(): Promise<Peer> {
    return this.#negotiate('sendonly', this.name, 'publishVideo', { doLoopback: false });
  }

  /** Resolves when the peer is connected, whether or not it receives media. */
  receive(from: string): Promise<Peer> {
    return this.#negotiate('recvonly', from, 'receiveVideoFrom', { sender: `${from}_webcam` });
  }

  async close(): Promise<void> {
    clearInterval(this.#pings);
    await this.client.close();
  }

  async #negotiate(
    direction: 'sendonly' | 'recvonly',
    endpointName: string,
    method: string,
    params: object,
  ): Promise<Peer> {
    const peer = await this.#peers.open({
      sections: sections(direction),
      bindAddress: '127.0.0.1',
      onCandidate: (candidate) => {
        this.#send('onIceCandidate', { endpointName, ...candidate });
      },
    });
    const known = new Set<object>(this.client.frames);
    const answer = this.#request(method, { ...params, sdpOffer: peer.offer });
    for (const candidate of uselessCandidates) {
      this.#send('onIceCandidate', { endpointName, candidate, sdpMid: '0', sdpMLineIndex: 0 });
    }
    peer.accept(String((await answer).sdpAnswer));
    await this.#connect(peer, endpointName, known);
    if (direction === 'sendonly') peer.send();
    return peer;
  }

  /** @param known frames that came before the offer: their candidates are another connection's */
  async #connect(peer: Peer, endpointName: string, known: ReadonlySet<object>): Promise<void> {
    const handed = new Set(known);
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

  #send(method: string, params?: object): number {
    const id = this.#nextId++;
    this.client.send({ jsonrpc: '2.0', method, ...(params && { params }), id });
    return id;
  }

  async #request(method: string, params: object): Promise<Record<string, unknown>> {
    const id = this.#send(method, params);
    const { result, error } = await this.client.take((frame) => frame.id === id && frame.method === undefined);
    if (!result) throw new Error(`${method} was refused: ${JSON.stringify(error)}`);
    return result;
  }
}
