import type { Log } from '../../log.js';
import { MediaError } from '../errors.js';
import { notify } from '../notify.js';
import type { CarriedKind, ElementListener, MediaElement, MediaFailure, MediaKind, MediaRecord } from '../port.js';
import type { Branch } from './branch.js';
import type { SpreadElementFacts } from './records.js';
import type { Relay, RelaySink } from './relay.js';

/** What an element is told of the pipeline that it is in. */
export interface ElementPlace {
  /** Unique in the pipeline, before and after it is taken over. */
  readonly id: string;
  readonly member: string;
  readonly branch: Branch;
  /** The relays of the pipeline. */
  readonly relays: RelaysOfElements;
  readonly log: Log;
  /** Calls what releases an element that its owner does not release, at once or when it is safe. */
  readonly release: (effect: () => void) => void;
  /** Called once, when it has ended. `inner`: what its media server has made, if it has. */
  readonly ended: (element: SpreadElement, inner: MediaElement | undefined) => void;
  /** Called in place of `ended` when another process goes on with it. */
  readonly letGo: (element: SpreadElement) => void;
}

export interface RelaysOfElements {
  /** The relay of an endpoint to another media server, made if there is none. @throws MediaError when the endpoint is gone */
  from(source: string, to: Branch): Relay;
  find(source: string, to: Branch): Relay | undefined;
}

/** An endpoint, a filter or a recorder of a pipeline that may be on several media servers. */
export abstract class SpreadElement implements MediaElement {
  protected readonly place: ElementPlace;
  readonly #listener: ElementListener;
  #inner: MediaElement | undefined;
  #end: MediaError | undefined;

  constructor(place: ElementPlace, listener: ElementListener) {
    this.place = place;
    this.#listener = listener;
  }

  abstract readonly record: MediaRecord;
  /** The id of the endpoint whose media it passes on. @throws MediaError when there is none */
  abstract readonly source: string;

  get id(): string {
    return this.place.id;
  }

  get branch(): Branch {
    return this.place.branch;
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  /** Called once, when its media server has made it. */
  begin(inner: MediaElement): void {
    this.#inner = inner;
  }

  /** @throws MediaError when it has ended */
  get inner(): MediaElement {
    this.assertOpen();
    if (!this.#inner) throw new MediaError('engine-error', 'It is not there yet');
    return this.#inner;
  }

  async connect(sink: MediaElement, kind?: CarriedKind): Promise<void> {
    const { inner } = this;
    const to = this.#neighbour(sink);
    if (to.branch === this.branch) {
      await inner.connect(to.inner, kind);
      if (kind !== 'data') to.connectedFrom(this, kind, undefined);
      return;
    }
    // Relays have no data channels.
    if (kind === 'data') return;
    const end = to.relaySink;
    const relay = this.place.relays.from(this.source, to.branch);
    await relay.carry(inner, end, kind);
    to.connectedFrom(this, kind, relay);
  }

  async disconnect(sink: MediaElement, kind?: CarriedKind): Promise<void> {
    const { inner } = this;
    const to = this.#neighbour(sink);
    if (to.branch === this.branch) {
      await inner.disconnect(to.inner, kind);
      return;
    }
    if (kind === 'data') return;
    await this.place.relays.find(this.source, to.branch)?.stop(inner, to.relaySink, kind);
  }

  release(): void {
    this.#finish(new MediaError('released', 'It has been released'), () => this.#inner?.release());
  }

  letGo(): void {
    const wasOver = this.ended;
    this.#end = new MediaError('released', 'It has been let go');
    if (wasOver) return;
    this.#inner?.letGo();
    this.place.letGo(this);
  }

  /** It gets nothing any more, or does not exist any more. What is left of it on a media server is released. */
  mediaLost(failure: MediaFailure): void {
    if (this.ended) return;
    this.#finish(new MediaError('object-gone', failure.message, { cause: failure }), () => {
      this.place.release(() => this.#inner?.release());
    });
    notify(this.place.log, () => {
      this.#listener.mediaLost(failure);
    });
  }

  /** Its pipeline has ended, and the media server has been told. */
  pipelineEnded(why: MediaError): void {
    this.#end ??= why;
  }

  /** Whether media of another endpoint goes to it. */
  abstract readonly isSink: boolean;
  /** As what relays bring media to. @throws MediaError when they cannot */
  abstract readonly relaySink: RelaySink;

  /** An element is connected to it now. `relay`: what brings the media here, if that comes from another media server. */
  abstract connectedFrom(element: SpreadElement, kind: MediaKind | undefined, relay: Relay | undefined): void;

  protected factsOf(is: SpreadElementFacts['is']): SpreadElementFacts {
    return { is, at: this.branch.url, record: this.#inner?.record ?? '', id: this.id, member: this.place.member };
  }

  protected assertOpen(): void {
    if (this.#end) throw this.#end;
  }

  /** What it gets from relays ends. */
  protected abstract leaveRelays(): void;

  #neighbour(sink: MediaElement): SpreadElement {
    if (!(sink instanceof SpreadElement) || sink.place.relays !== this.place.relays) {
      throw new MediaError('engine-error', 'The sink is in another pipeline');
    }
    return sink;
  }

  #finish(why: MediaError, release: () => void): void {
    const wasOver = this.ended;
    this.#end = why;
    if (wasOver) return;
    release();
    this.leaveRelays();
    this.place.ended(this, this.#inner);
  }
}
