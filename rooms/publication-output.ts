import type {
  ElementListener,
  FilterElement,
  MediaElement,
  MediaFailure,
  MediaKind,
  MediaRecord,
  MemberOptions,
  Pipeline,
  VideoFilter,
} from '../media/port.js';
import { RoomError } from './errors.js';
import { mediaKinds } from './muted-kinds.js';
import type { OwnedEndpoint } from './owned-endpoint.js';

/** What the sinks of a publication are connected to: its endpoint, and for video the filter behind it, if there is one. Owns the filter. */
export class PublicationOutput {
  readonly #endpoint: OwnedEndpoint;
  readonly #member: MemberOptions;
  readonly #filterLost: (failure: MediaFailure) => void;
  /** The filter in use; during a change also the former or the next one. */
  readonly #owned = new Set<FilterElement>();
  #filter: FilterElement | undefined;
  /** Whether the endpoint has data channels. */
  carriesData = false;

  /** @param member that of the endpoint. @param filterLost called when the media server has lost the filter in use */
  constructor(endpoint: OwnedEndpoint, member: MemberOptions, filterLost: (failure: MediaFailure) => void) {
    this.#endpoint = endpoint;
    this.#member = member;
    this.#filterLost = filterLost;
  }

  get closed(): boolean {
    return this.#endpoint.closed;
  }

  /** @throws RoomError `not-publishing`; MediaError as `MediaElement.connect` */
  async connectTo(sink: MediaElement, kind?: MediaKind): Promise<void> {
    // Without a kind, data channels are connected too, and never through the filter. The video that comes along is replaced.
    if (kind !== 'video' || !this.#filter) await this.#endpoint.connectTo(sink, kind);
    if (kind !== 'audio' && this.#filter) await this.#filter.connect(sink, 'video');
  }

  /**
   * Connects a sink to the endpoint that has taken the place of another one. Never without its filter, not for a moment.
   * @param kinds those that the sink gets. @throws as `connectTo`
   */
  async connectAnew(sink: MediaElement, kinds: readonly MediaKind[]): Promise<void> {
    if (!this.#filter && kinds.length === mediaKinds.length) {
      await this.#endpoint.connectTo(sink);
      return;
    }
    for (const kind of kinds) await this.connectTo(sink, kind);
    if (this.carriesData) await this.#endpoint.connectTo(sink, 'data');
  }

  /** Another endpoint has taken the place of the former one: the filter gets its video. @throws as `connectTo` */
  async endpointChanged(): Promise<void> {
    if (this.#filter) await this.#endpoint.connectTo(this.#filter, 'video');
  }

  /** @throws RoomError `not-publishing`; MediaError as `MediaElement.disconnect` */
  async disconnectFrom(sink: MediaElement, kind: MediaKind): Promise<void> {
    if (kind === 'video' && this.#filter) await this.#filter.disconnect(sink, kind);
    else await this.#endpoint.disconnectFrom(sink, kind);
  }

  /**
   * Puts another filter, or none, behind the endpoint. `reroute` connects anew every sink that has video, which replaces what it got
   * before. If that fails, everything is as it was.
   * @throws RoomError `not-publishing`; MediaError as the calls it makes
   */
  async change(filter: VideoFilter | undefined, pipeline: Pipeline, reroute: () => Promise<void>): Promise<void> {
    const former = this.#filter;
    const next = filter && (await this.#create(filter, pipeline));
    this.#filter = next;
    try {
      await reroute();
    } catch (error) {
      this.#filter = former;
      // If even the rollback fails the media server is gone; its loss is reported separately.
      await reroute().catch(() => undefined);
      this.#drop(next);
      throw error;
    }
    this.#drop(former);
  }

  /** The filter in use does something else from now on, as `FilterElement.change`. @throws MediaError */
  async adjust(filter: VideoFilter): Promise<void> {
    await this.#filter?.change(filter);
  }

  /** Goes on with the filter that another process has put behind the endpoint. */
  adopt(record: MediaRecord, pipeline: Pipeline): void {
    const element = pipeline.adoptFilter(
      record,
      this.#listener(() => element),
    );
    this.#owned.add(element);
    this.#filter = element;
  }

  /** Of the filter in use, if there is one. */
  get record(): MediaRecord | undefined {
    return this.#filter?.record;
  }

  close(): void {
    this.#filter = undefined;
    for (const filter of [...this.#owned]) this.#drop(filter);
  }

  #drop(filter: FilterElement | undefined): void {
    if (filter && this.#owned.delete(filter)) filter.release();
  }

  async #create(filter: VideoFilter, pipeline: Pipeline): Promise<FilterElement> {
    const element = await pipeline.createFilter(
      filter,
      this.#listener(() => element),
      this.#member,
    );
    this.#owned.add(element);
    try {
      this.#assertOpen();
      await this.#endpoint.connectTo(element, 'video');
      this.#assertOpen();
      return element;
    } catch (error) {
      this.#drop(element);
      throw error;
    }
  }

  #listener(element: () => FilterElement): ElementListener {
    return {
      mediaLost: (failure) => {
        if (this.#owned.has(element())) this.#filterLost(failure);
      },
    };
  }

  #assertOpen(): void {
    if (this.closed) throw new RoomError('not-publishing', 'The publication is closed');
  }
}
