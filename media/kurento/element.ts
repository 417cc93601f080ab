import { MediaError } from '../errors.js';
import type { MediaElement, MediaKind } from '../port.js';
import type { RemoteObject } from './remote-object.js';

const mediaTypes = { audio: 'AUDIO', video: 'VIDEO' } as const satisfies Record<MediaKind, string>;

/** What endpoints and filters share: media is connected from and to them, and they end once. */
export class KurentoElement implements MediaElement {
  protected readonly remote: RemoteObject;
  readonly #released: () => void;
  #end: MediaError | undefined;

  /** `released`: called once, when the element has been released by itself. */
  constructor(remote: RemoteObject, released: () => void) {
    this.remote = remote;
    this.#released = released;
  }

  async connect(sink: MediaElement, kind?: MediaKind): Promise<void> {
    await this.#link('connect', sink, kind);
  }

  async disconnect(sink: MediaElement, kind?: MediaKind): Promise<void> {
    await this.#link('disconnect', sink, kind);
  }

  release(): void {
    const over = this.ended;
    this.#end = released();
    if (over) return;
    this.remote.release();
    this.#released();
  }

  /** The element has gone with its pipeline. */
  end(why: MediaError): void {
    this.#end ??= why;
  }

  protected get ended(): boolean {
    return this.#end !== undefined;
  }

  protected async invoke(operation: string, params?: object): Promise<unknown> {
    try {
      return await this.remote.invoke(operation, params);
    } finally {
      this.assertOpen();
    }
  }

  protected assertOpen(): void {
    if (this.#end) throw this.#end;
  }

  async #link(operation: 'connect' | 'disconnect', sink: MediaElement, kind: MediaKind | undefined): Promise<void> {
    if (!(sink instanceof KurentoElement)) throw new MediaError('engine-error', 'The sink is of another engine');
    this.assertOpen();
    sink.assertOpen();
    const params = { sink: sink.remote.id, ...(kind && { mediaType: mediaTypes[kind] }) };
    await this.invoke(operation, params).catch((error: unknown) => {
      sink.assertOpen();
      throw error;
    });
  }
}

export function released(): MediaError {
  return new MediaError('released', 'It has been released');
}
