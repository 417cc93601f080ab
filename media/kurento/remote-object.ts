import type kurento from 'kurento-client';
import type { z } from 'zod';
import type { Client } from './client.js';
import type { Session } from './session.js';

/** An object on the media server that we made, and release. */
export class RemoteObject {
  readonly #client: Client;
  #released = false;
  #onGone: () => void = () => undefined;

  constructor(
    client: Client,
    readonly session: Session,
    readonly raw: kurento.MediaObject,
  ) {
    this.#client = client;
    // The package would subscribe by itself, and throw from an event handler when the media server refuses. Ours fails as any call does.
    raw.removeAllListeners('newListener').removeAllListeners('removeListener');
  }

  get id(): string {
    return this.raw.id;
  }

  /** Makes an object that lives inside this one, a pipeline. */
  create(type: string, params: object): Promise<RemoteObject> {
    return this.#client.create(type, params, this);
  }

  invoke(operation: string, operationParams: object = {}): Promise<unknown> {
    return this.#client.request('invoke', this, { operation, operationParams }, operation);
  }

  /** Resolves when the media server will send such events. Data that does not fit the schema is left out. */
  async subscribe<T>(event: string, schema: z.ZodType<T>, listener: (data: T) => void): Promise<void> {
    this.raw.on(event, (data) => {
      const parsed = schema.safeParse(data);
      if (parsed.success && !this.#released) listener(parsed.data);
    });
    await this.#client.request('subscribe', this, { type: event }, `subscribe ${event}`);
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
  }

  /** May be called again, without effect. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#client.release(this);
  }
}
