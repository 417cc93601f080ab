import type { NotificationParams } from '../dialects/kurento-room/types.js';
import { asClientError, type ClientError } from './errors.js';
import type { MediaConnections } from './media-connections.js';
import { Participant } from './participant.js';
import type { Present } from './profile.js';
import type { Publication } from './publication.js';
import type { StreamEntry } from './streams.js';

/** Is told of the others: a room. */
export interface OthersOwner {
  /** Whether what they publish is received without being asked for. */
  readonly subscribes: () => boolean;
  readonly joined: (participant: Participant) => void;
  readonly left: (participant: Participant) => void;
  /** What that participant publishes cannot be received. */
  readonly failed: (error: ClientError, publisher: string) => void;
}

/** The other participants of one room, by user name. */
export class Others {
  readonly #owner: OthersOwner;
  readonly #participants = new Map<string, Participant>();

  constructor(owner: OthersOwner) {
    this.#owner = owner;
  }

  get all(): ReadonlyMap<string, Participant> {
    return this.#participants;
  }

  find(id: string): Participant | undefined {
    return this.#participants.get(id);
  }

  /** Those that were there before us. */
  found(present: readonly Present[], connections: MediaConnections): void {
    for (const each of present) this.#add(each, connections);
  }

  /** Somebody came after us. */
  came(present: Present, connections: MediaConnections): void {
    this.#owner.joined(this.#add(present, connections));
  }

  publishes(id: string, streams: readonly StreamEntry[], connections: MediaConnections): void {
    const participant = this.#participants.get(id) ?? this.#add({ id }, connections);
    for (const stream of streams) this.#receive(participant.publish(stream), id);
  }

  unpublishes({ name, streams }: NotificationParams<'participantUnpublished'>): void {
    this.#participants.get(name)?.unpublish(streams?.map(({ id }) => id));
  }

  remove(id: string): void {
    const participant = this.#participants.get(id);
    if (!participant) return;
    this.#participants.delete(id);
    participant.leave();
    this.#owner.left(participant);
  }

  /** We have left. */
  end(): void {
    for (const id of [...this.#participants.keys()]) this.remove(id);
  }

  /** We may receive what they publish from now on, or no more. */
  rightsChanged(canSubscribe: boolean): void {
    const publications = [...this.#participants.values()].flatMap((each) => [...each.publications.values()]);
    for (const publication of publications) {
      if (!canSubscribe) publication.subscription?.end();
      else if (!publication.subscription) this.#subscribe(publication);
    }
  }

  /** Takes over who is in the room now and what each participant publishes. Nothing that we received before is left. */
  reconcile(present: readonly Present[], connections: MediaConnections): void {
    const names = new Set(present.map(({ id }) => id));
    for (const id of [...this.#participants.keys()]) if (!names.has(id)) this.remove(id);
    for (const each of present) {
      const known = this.#participants.get(each.id);
      known?.unpublish();
      known?.present(each);
      const participant = known ?? this.#add({ ...each, streams: [] }, connections);
      if (!known) this.#owner.joined(participant);
      for (const stream of each.streams ?? []) this.#receive(participant.publish(stream), each.id);
    }
  }

  #add(present: Present, connections: MediaConnections): Participant {
    const { id, streams = [] } = present;
    this.remove(id);
    const participant = new Participant(present, connections);
    this.#participants.set(id, participant);
    for (const stream of streams) this.#receive(participant.publish(stream), id);
    return participant;
  }

  #receive(publication: Publication, publisher: string): void {
    publication.on('failed', (error) => {
      this.#owner.failed(error, publisher);
    });
    this.#subscribe(publication);
  }

  #subscribe(publication: Publication): void {
    if (!this.#owner.subscribes()) return;
    publication.subscribe().catch((error: unknown) => {
      publication.recover(asClientError(error, 'media-failed'));
    });
  }
}
