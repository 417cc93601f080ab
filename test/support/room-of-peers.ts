import type { IceCandidate, MediaEngine } from '../../media/port.js';
import { Rooms } from '../../rooms/index.js';
import type { Participant, PublishOptions, RoomEvent } from '../../rooms/index.js';
import { attributesOf, joinAtOnce } from '../rooms/stage.js';
import { sections } from './peer.js';
import type { Peer, PeerProcess } from './peer.js';
import type { Section } from './peer-messages.js';

/** Somebody in a room, who has a peer for what they publish, and one for each whom they receive. */
export class PersonWithPeers {
  readonly participant: Participant;
  readonly told: RoomEvent[] = [];
  readonly #peers: PeerProcess;
  readonly #bindAddress: string | undefined;
  /** By publisher, what brings candidates to the present peer. */
  readonly #candidates = new Map<Participant, (candidate: IceCandidate) => void>();

  constructor(rooms: Rooms, room: string, id: string, peers: PeerProcess, bindAddress: string | undefined) {
    this.#peers = peers;
    this.#bindAddress = bindAddress;
    this.participant = joinAtOnce(rooms, room, { id, attributes: attributesOf(id) }, () => (event) => {
      this.told.push(event);
      if (event.type === 'candidateFound') this.#candidates.get(event.publisher)?.(event.candidate);
    });
  }

  /** Its peer sends, as soon as it is connected. */
  async publish(direction: Section['direction'], options: PublishOptions = {}): Promise<Peer> {
    return this.#negotiate(this.participant, direction, async (offer) => {
      const { sdpAnswer, announce } = await this.participant.publish(offer, options);
      announce();
      return sdpAnswer;
    });
  }

  /** With another peer. */
  async reopen(direction: Section['direction']): Promise<Peer> {
    return this.#negotiate(this.participant, direction, (offer) => this.participant.reopen(offer));
  }

  async receive({ participant }: PersonWithPeers): Promise<Peer> {
    return this.#negotiate(participant, 'recvonly', (offer) => this.participant.subscribe(participant, offer));
  }

  async #negotiate(
    publisher: Participant,
    direction: Section['direction'],
    ask: (offer: string) => Promise<string>,
  ): Promise<Peer> {
    const peer = await this.#peers.open({
      sections: sections(direction),
      bindAddress: this.#bindAddress,
      onCandidate: (candidate) => {
        this.participant.addCandidate(publisher, candidate);
      },
    });
    const early: IceCandidate[] = [];
    this.#candidates.set(publisher, (candidate) => early.push(candidate));
    peer.accept(await ask(peer.offer));
    this.#candidates.set(publisher, (candidate) => {
      peer.addCandidate(candidate);
    });
    for (const candidate of early) peer.addCandidate(candidate);
    if (direction !== 'recvonly') peer.send();
    return peer;
  }
}

/** A room on a media server, whose people send and receive packets. */
export class RoomOfPeers {
  readonly rooms: Rooms;
  readonly #peers: PeerProcess;
  readonly #bindAddress: string | undefined;

  constructor(media: MediaEngine, peers: PeerProcess, bindAddress?: string) {
    this.rooms = new Rooms(media);
    this.#peers = peers;
    this.#bindAddress = bindAddress;
  }

  join(id: string): PersonWithPeers {
    return new PersonWithPeers(this.rooms, 'r', id, this.#peers, this.#bindAddress);
  }

  close(): void {
    this.rooms.close('the test is over');
  }
}
