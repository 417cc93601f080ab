import type { Log } from '../../log.js';
import { MediaError } from '../errors.js';
import { recordOf } from '../media-record.js';
import type { CarriedKind, ElementListener, MediaElement, MediaKind, MediaRecord } from '../port.js';
import { notify } from '../notify.js';
import type { Pace } from './pace.js';
import type { RemoteObject } from './remote-object.js';

export const mediaTypes = { audio: 'AUDIO', video: 'VIDEO' } as const satisfies Record<MediaKind, string>;
const carriedTypes = { ...mediaTypes, data: 'DATA' } as const satisfies Record<CarriedKind, string>;

/** What endpoints, filters and recorders share: media is connected from and to them, and they end once. */
export class KurentoElement implements MediaElement {
  protected readonly remote: RemoteObject;
  protected readonly log: Log;
  readonly #listener: ElementListener;
  readonly #ended: () => void;
  #handedOver = false;
  #end: MediaError | undefined;

  /** `ended`: called once, when the element has ended by itself and not with its pipeline. */
  constructor(remote: RemoteObject, listener: ElementListener, log: Log, ended: () => void) {
    this.remote = remote;
    this.log = log;
    this.#listener = listener;
    this.#ended = ended;
  }

  get id(): string {
    return this.remote.id;
  }

  get record(): MediaRecord {
    return recordOf({ is: 'filter', id: this.id });
  }

  /** Called when it is ready, before its owner gets it. Throws when it has ended meanwhile. */
  handOver(): void {
    this.assertOpen();
    this.#handedOver = true;
  }

  async connect(sink: MediaElement, kind?: CarriedKind): Promise<void> {
    await this.#link('connect', sink, kind);
  }

  async disconnect(sink: MediaElement, kind?: CarriedKind): Promise<void> {
    await this.#link('disconnect', sink, kind);
  }

  release(): void {
    const over = this.ended;
    this.#end = released();
    if (over) return;
    this.remote.release();
    this.#ended();
  }

  letGo(): void {
    if (this.ended) return;
    this.#end = released();
    this.remote.letGo();
    this.#ended();
  }

  /** Makes one that another process has made hold and be heard here. May be called again when it has failed. @throws MediaError */
  async takeOver(pace: Pace): Promise<void> {
    await pace.run('later', () => this.remote.describe());
  }

  /** The element has gone with its pipeline. */
  end(why: MediaError): void {
    this.#end ??= why;
    this.remote.forget();
  }

  /** The element has gone, and its pipeline is still there. */
  mediaLost(failure: MediaError): void {
    if (this.ended) return;
    this.#end = failure;
    this.remote.forget();
    this.#ended();
    if (!this.#handedOver) return;
    notify(this.log, () => {
      this.#listener.mediaLost(failure);
    });
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  protected async invoke(operation: string, params?: object, timeoutMs?: number): Promise<unknown> {
    try {
      return await this.remote.invoke(operation, params, timeoutMs);
    } finally {
      this.assertOpen();
    }
  }

  protected assertOpen(): void {
    if (this.#end) throw this.#end;
  }

  async #link(operation: 'connect' | 'disconnect', sink: MediaElement, kind: CarriedKind | undefined): Promise<void> {
    if (!(sink instanceof KurentoElement)) throw new MediaError('engine-error', 'The sink is of another engine');
    this.assertOpen();
    sink.assertOpen();
    const params = { sink: sink.remote.id, ...(kind && { mediaType: carriedTypes[kind] }) };
    await this.invoke(operation, params).catch((error: unknown) => {
      sink.assertOpen();
      throw error;
    });
  }
}

export function released(): MediaError {
  return new MediaError('released', 'It has been released');
}
