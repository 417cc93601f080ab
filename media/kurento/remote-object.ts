import type kurento from 'kurento-client';
import type { z } from 'zod';
import type { CarriedMedia } from '../port.js';
import type { Client, Life } from './client.js';

/** An object on the media server that we made, or have taken over from another process, and release. */
export class RemoteObject {
  readonly #client: Client;
  /** What the package has of it: without, there are no events. */
  #raw: kurento.MediaObject | undefined;
  /** The ids of what was subscribed to. */
  readonly #subscriptions: unknown[] = [];
  #released = false;
  #isLetGo = false;
  #onGone: () => void = () => undefined;

  /** @param life of the media server, with which the object ends */
  constructor(
    client: Client,
    readonly life: Life,
    readonly id: string,
    raw?: kurento.MediaObject,
  ) {
    this.#client = client;
    if (raw) this.attach(raw);
  }

  /** Called by the client with what the package has made of it. */
  attach(raw: kurento.MediaObject): void {
    // The package would subscribe by itself, and throw from an event handler when the media server refuses. Ours fails as any call does.
    raw.removeAllListeners('newListener').removeAllListeners('removeListener');
    if (this.#released) raw.emit('release');
    else this.#raw = raw;
  }

  /** Makes an object that lives inside this one, a pipeline. */
  create(type: string, params: object): Promise<RemoteObject> {
    return this.#client.create(type, params, this);
  }

  /** For an object that another process has made: the media server keeps it for us from now on, and we can subscribe to it. */
  describe(): Promise<void> {
    return this.#client.describe(this);
  }

  /** Of an endpoint. */
  get carried(): CarriedMedia | undefined {
    return this.#client.figures.carried.get(this.id);
  }

  /** `timeoutMs`: in place of the usual limit. */
  invoke(operation: string, operationParams: object = {}, timeoutMs?: number): Promise<unknown> {
    return this.#client.request('invoke', this, { operation, operationParams }, operation, timeoutMs);
  }

  /** Resolves when the media server will send such events. Data that does not fit the schema is left out. */
  async subscribe<T>(event: string, schema: z.ZodType<T>, listener: (data: T) => void): Promise<void> {
    // A subscription that failed is tried again.
    this.#raw?.removeAllListeners(event).on(event, (data) => {
      const parsed = schema.safeParse(data);
      if (parsed.success && !this.#released) listener(parsed.data);
    });
    this.#subscriptions.push(await this.#client.request('subscribe', this, { type: event }, `subscribe ${event}`));
    if (this.#isLetGo) this.#unsubscribe();
  }

  /** `onGone`: called once when the media server has released the object, and we did not. */
  whenGone(onGone: () => void): void {
    this.#onGone = onGone;
  }

  /** Called when the media server has released the object, and we did not. */
  gone(): void {
    if (this.#released) return;
    this.forget();
    this.#onGone();
  }

  /** For an object that is no longer on the media server. */
  forget(): void {
    this.#released = true;
    this.#client.forget(this);
    this.#detach();
  }

  /** May be called again, without effect. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#client.release(this);
    this.#detach();
  }

  /** For an object that stays on the media server, for another process. Nothing is heard of it any more. */
  letGo(): void {
    if (this.#released) return;
    this.#isLetGo = true;
    this.forget();
    this.#client.letGo(this);
    this.#unsubscribe();
  }

  #unsubscribe(): void {
    for (const subscription of this.#subscriptions.splice(0)) this.#client.unsubscribe(this, subscription);
  }

  #detach(): void {
    this.#raw?.emit('release');
    this.#raw = undefined;
  }
}
