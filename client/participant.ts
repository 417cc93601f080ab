import type { ClientError } from './errors.js';
import { Emitter } from './emitter.js';
import type { MediaConnections } from './media-connections.js';
import { Publication } from './publication.js';

interface ParticipantEvents extends Record<string, readonly unknown[]> {
  published: [Publication];
  unpublished: [Publication];
  /** Left, was evicted, or the room ended. Last event, once. */
  left: [];
}

/** Somebody else in the room. */
export class Participant extends Emitter<ParticipantEvents> {
  /** The user name: unique in the room. */
  readonly id: string;
  readonly #connections: MediaConnections;
  readonly #publications = new Map<string, Publication>();

  /** For Room only. */
  constructor(id: string, connections: MediaConnections) {
    super();
    this.id = id;
    this.#connections = connections;
  }

  /** By stream id. */
  get publications(): ReadonlyMap<string, Publication> {
    return this.#publications;
  }

  /** For Room only: the participant publishes a stream. It replaces an earlier one with that id. */
  publish(streamId: string): Publication {
    this.#publications.get(streamId)?.end();
    const publication = new Publication(this.id, streamId, this.#connections);
    this.#publications.set(streamId, publication);
    this.emit('published', publication);
    return publication;
  }

  /** For Room only: the participant publishes nothing any more. */
  unpublish(): void {
    for (const publication of this.#publications.values()) {
      this.#publications.delete(publication.id);
      publication.end();
      this.emit('unpublished', publication);
    }
  }

  /** For Room only: the media server has lost what we receive of the participant. We subscribe anew. */
  subscriptionLost(error: ClientError): void {
    for (const publication of this.#publications.values()) if (publication.subscription) publication.recover(error);
  }

  /** For Room only. */
  leave(): void {
    this.unpublish();
    this.emit('left');
  }
}
