import { randomUUID } from 'node:crypto';
import { KurentoError } from '../objects/kurento-error.js';
import type { MediaObject } from '../objects/media-object.js';
import type { Session } from './sessions.js';

interface Subscription {
  readonly session: Session;
  readonly objectId: string;
  readonly event: string;
}

/**
 * The events to which sessions subscribed (docs/protocols/kurento-media.md#37-subscribe-unsubscribe-onevent).
 * Subscriptions belong to sessions, not to sockets.
 */
export class Subscriptions {
  readonly #byId = new Map<string, Subscription>();
  /** How often each session subscribed, by object and event. It gets each event once. */
  readonly #counts = new Map<string, Map<string, Map<Session, number>>>();

  /** @throws KurentoError 40106 when the object has no such event. */
  add(session: Session, object: MediaObject, event: string): string {
    if (!object.class.events.has(event)) throw new KurentoError(40106, `Event '${event}' not supported`);
    const id = randomUUID();
    this.#byId.set(id, { session, objectId: object.id, event });
    const events = this.#counts.get(object.id) ?? new Map<string, Map<Session, number>>();
    this.#counts.set(object.id, events);
    const sessions = events.get(event) ?? new Map<Session, number>();
    events.set(event, sessions);
    sessions.set(session, (sessions.get(session) ?? 0) + 1);
    return id;
  }

  remove(id: string): void {
    const subscription = this.#byId.get(id);
    if (!subscription) return;
    this.#byId.delete(id);
    const { session, objectId, event } = subscription;
    const sessions = this.#counts.get(objectId)?.get(event);
    const count = sessions?.get(session) ?? 0;
    if (count > 1) sessions?.set(session, count - 1);
    else sessions?.delete(session);
  }

  subscribers(objectId: string, event: string): Iterable<Session> {
    return this.#counts.get(objectId)?.get(event)?.keys() ?? [];
  }

  has(objectId: string, event: string): boolean {
    return (this.#counts.get(objectId)?.get(event)?.size ?? 0) > 0;
  }

  forgetObject(objectId: string): void {
    if (!this.#counts.delete(objectId)) return;
    for (const [id, subscription] of this.#byId) if (subscription.objectId === objectId) this.#byId.delete(id);
  }

  forgetSession(session: Session): void {
    for (const [id, subscription] of this.#byId) if (subscription.session === session) this.remove(id);
  }
}
