import { randomUUID } from 'node:crypto';
import { KurentoError } from './kurento-error.js';
import type { Log } from '../../../log.js';
import type { Operations } from './operations.js';
import { operation, property } from './operations.js';
import { flag, text } from './parameters.js';
import type { MediaFigures } from './media-figures.js';
import type { Pulse } from './pulse.js';
import type { Recordings } from '../recorder/recordings.js';
import type { Transports } from '../transport/transport.js';

export type EventFields = Readonly<Record<string, unknown>>;

/** What every media object is given. */
export interface ObjectContext {
  readonly log: Log;
  readonly pulse: Pulse;
  readonly transports: Transports;
  readonly recordings: Recordings;
  readonly figures: MediaFigures;
  /** Speech is louder than this, in dB below the loudest sound. */
  readonly speechLimit: number;
  /** The object with this id. @throws KurentoError 40101 */
  find(id: string): MediaObject;
  /** Tells the sessions that subscribed to this event of this object. */
  raise(source: MediaObject, event: string, fields: EventFields): void;
  /** Whether anybody would be told of this event of this object. */
  isHeard(source: MediaObject, event: string): boolean;
}

/** A class of media objects, as clients see it. */
export interface ObjectClass {
  readonly type: string;
  /** Names of its superclasses, the nearest first (docs/protocols/kurento-media.md#35-describe). */
  readonly hierarchy: readonly string[];
  readonly events: ReadonlySet<string>;
}

/** An object that clients address by its id. */
export abstract class MediaObject {
  abstract readonly class: ObjectClass;
  readonly id: string;
  readonly parent: MediaObject | undefined;
  readonly children = new Set<MediaObject>();
  readonly tags = new Map<string, string>();
  readonly createdAt = Math.floor(Date.now() / 1000);
  name: string;
  sendTagsInEvents = false;
  readonly #context: ObjectContext;
  #released = false;

  /** `id` is for the server manager only: its id is fixed. */
  constructor(type: string, parent: MediaObject | undefined, context: ObjectContext, id?: string) {
    this.id = id ?? `${parent ? `${parent.id}/` : ''}${randomUUID()}_kurento.${type}`;
    this.name = this.id;
    this.parent = parent;
    this.#context = context;
  }

  /** Runs an operation. Returns its value, or a promise of it. @throws KurentoError */
  abstract invoke(name: string, params: unknown): unknown;

  get context(): ObjectContext {
    return this.#context;
  }

  get released(): boolean {
    return this.#released;
  }

  /** Without effect after the release: clients have forgotten the object. */
  raise(event: string, fields: EventFields = {}): void {
    if (!this.#released) this.#context.raise(this, event, fields);
  }

  /** For events whose fields are costly to find out. */
  isHeard(event: string): boolean {
    return !this.#released && this.#context.isHeard(this, event);
  }

  /** Called once, by the object tree, after the children are released. */
  release(): void {
    this.#released = true;
    this.parent?.children.delete(this);
  }
}

/** Operations of every object (docs/protocols/kurento-media.md#6-common-to-all-objects-and-elements). */
export const mediaObjectOperations: Operations<MediaObject> = {
  ...property('id', text, (self: MediaObject) => self.id),
  ...property(
    'name',
    text,
    (self: MediaObject) => self.name,
    (self, name) => {
      self.name = name;
    },
  ),
  ...property('parent', text, (self: MediaObject) => self.parent?.id ?? null),
  ...property('mediaPipeline', text, (self: MediaObject) => topmost(self).id),
  ...property('children', text, (self: MediaObject) => ids(self.children)),
  // Older clients use this name for `children`.
  ...property('childs', text, (self: MediaObject) => ids(self.children)),
  ...property('creationTime', text, (self: MediaObject) => self.createdAt),
  ...property(
    'sendTagsInEvents',
    flag,
    (self: MediaObject) => self.sendTagsInEvents,
    (self, value) => {
      self.sendTagsInEvents = value;
    },
  ),
  addTag: operation({ key: text, value: text }, (self: MediaObject, { key, value }) => {
    self.tags.set(key, value);
  }),
  removeTag: operation({ key: text }, (self: MediaObject, { key }) => {
    self.tags.delete(key);
  }),
  getTag: operation({ key: text }, (self: MediaObject, { key }) => {
    const value = self.tags.get(key);
    if (value === undefined) throw new KurentoError(40110, 'Tag key not found');
    return value;
  }),
  getTags: operation({}, (self: MediaObject) => tagList(self)),
};

export function tagList(object: MediaObject): unknown[] {
  return [...object.tags].map(([key, value]) => complex('Tag', { key, value }));
}

/**
 * A value of a complex type, with the two fields that mark it on the wire (docs/protocols/kurento-media.md#36-invoke).
 */
export function complex(type: string, fields: EventFields): Record<string, unknown> {
  return { __module__: 'kurento', __type__: type, ...fields };
}

function ids(objects: Iterable<MediaObject>): string[] {
  return [...objects].map(({ id }) => id);
}

function topmost(object: MediaObject): MediaObject {
  return object.parent ? topmost(object.parent) : object;
}
