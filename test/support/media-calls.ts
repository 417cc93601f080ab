import type { Endpoint, EndpointOptions, Pipeline } from '../../media/port.js';
import { EndpointEvents } from './media-listeners.js';
import { sections } from './peer.js';
import type { Peer, PeerProcess } from './peer.js';
import type { Section } from './peer-messages.js';

/** What a peer and an endpoint of the media server have told each other. */
export interface Call {
  readonly peer: Peer;
  readonly endpoint: Endpoint;
  readonly events: EndpointEvents;
}

/** Calls between peers and the endpoints of a pipeline. */
export class MediaCalls {
  readonly #peers: PeerProcess;
  readonly #bindAddress: string | undefined;

  constructor(peers: PeerProcess, bindAddress: string | undefined) {
    this.#peers = peers;
    this.#bindAddress = bindAddress;
  }

  /** An endpoint and a peer that have exchanged offer, answer and candidates. */
  async call(
    pipeline: Pipeline,
    direction: Section['direction'],
    prepare: (endpoint: Endpoint) => Promise<void> = () => Promise.resolve(),
    options: EndpointOptions = {},
  ): Promise<Call> {
    const events = new EndpointEvents();
    const endpoint = await pipeline.createEndpoint(options, events);
    const peer = await this.peer(direction, () => endpoint);
    await prepare(endpoint);
    peer.accept(await endpoint.answer(peer.offer));
    events.sink = (candidate) => {
      peer.addCandidate(candidate);
    };
    return { peer, endpoint, events };
  }

  /** A peer with its offer. Its candidates go to the endpoint. */
  peer(direction: Section['direction'], endpoint: () => Endpoint | undefined): Promise<Peer> {
    return this.#peers.open({
      sections: sections(direction),
      bindAddress: this.#bindAddress,
      onCandidate: (candidate) => endpoint()?.addCandidate(candidate),
    });
  }

  /** A call whose peer sends. */
  async publish(pipeline: Pipeline, options: EndpointOptions = {}): Promise<Call> {
    const publisher = await this.call(pipeline, 'sendonly', undefined, options);
    publisher.peer.send();
    await publisher.peer.connected();
    return publisher;
  }
}
