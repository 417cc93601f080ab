import { KurentoError } from './kurento-error.js';
import type { MediaObject } from './media-object.js';

export interface ObjectObserver {
  created(object: MediaObject): void;
  destroyed(object: MediaObject): void;
}

/** All objects by their id, but for the server manager. */
export class ObjectTree {
  readonly #objects = new Map<string, MediaObject>();
  readonly #observer: ObjectObserver;

  constructor(observer: ObjectObserver) {
    this.#observer = observer;
  }

  /** Objects without a parent: the pipelines. */
  get roots(): MediaObject[] {
    return [...this.#objects.values()].filter(({ parent }) => parent === undefined);
  }

  get all(): MediaObject[] {
    return [...this.#objects.values()];
  }

  get size(): number {
    return this.#objects.size;
  }

  add(object: MediaObject): void {
    this.#objects.set(object.id, object);
    object.parent?.children.add(object);
    this.#observer.created(object);
  }

  get(id: string): MediaObject | undefined {
    return this.#objects.get(id);
  }

  /** @throws KurentoError 40101 or 40109 */
  find(id: string): MediaObject {
    const object = this.#objects.get(id);
    if (object) return object;
    if (id.startsWith('newref:')) throw new KurentoError(40109, `Object '${id}' is only known inside a transaction`);
    throw new KurentoError(40101, `Object '${id}' not found`);
  }

  /** Releases the object with all below it, children before their parent. */
  release(object: MediaObject): void {
    if (!this.#objects.has(object.id)) return;
    for (const child of [...object.children]) this.release(child);
    this.#objects.delete(object.id);
    object.release();
    this.#observer.destroyed(object);
  }
}
