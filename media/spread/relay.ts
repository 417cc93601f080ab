import type { Log } from '../../log.js';
import { MediaError } from '../errors.js';
import type { ServerEndpoint, ServerEndpointOptions, ServerPipeline } from '../media-server.js';
import type { Endpoint, EndpointListener, MediaElement, MediaKind, MediaRecord } from '../port.js';
import type { RelayFacts } from './records.js';
import { sentMedia, withCodecs } from './relay-offer.js';

/** Runs something once after that many ms, unless the function that it returns is called before. */
export type Later = (ms: number, run: () => void) => () => void;

/** An endpoint on the far media server. */
export interface RelaySink {
  readonly inner: Endpoint;
  /** The relay has failed: the endpoint gets nothing more. */
  mediaLost(failure: MediaError): void;
}

export interface RelayOptions {
  /** Where its source is. */
  readonly near: ServerPipeline;
  readonly far: ServerPipeline;
  readonly origin: Pick<RelayFacts, 'source' | 'from'>;
  /** How long it stays without sinks, in ms. */
  readonly lingerMs: number;
  readonly later: Later;
  readonly log: Log;
  /** Calls what releases an end, at once or when it is safe. */
  readonly release: (effect: () => void) => void;
  /** Called once, when it is over. */
  readonly ended: () => void;
}

/** What brings one kind of media into the relay. */
interface Feed {
  /** As the last call of `carry` asks. Undefined: not known, since another process has connected it. */
  wanted: MediaElement | undefined;
  connected: MediaElement | undefined;
  readonly sinks: Set<RelaySink>;
}

const mediaKinds = ['audio', 'video'] as const satisfies readonly MediaKind[];
const nothing = (): void => undefined;

/**
 * Carries the media of one endpoint to another media server: an endpoint here and one there, which are each other's clients
 * (docs/decisions/0041-a-room-over-media-servers.md). The one owner of both.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #feeds: Readonly<Record<MediaKind, Feed>> = { audio: newFeed(), video: newFeed() };
  #near: ServerEndpoint | undefined;
  #far: ServerEndpoint | undefined;
  /** Resolves with the far end, once it gives media to sinks. */
  #opened: Promise<ServerEndpoint>;
  #changes: Promise<void> = Promise.resolve();
  #stopWaiting = nothing;
  #end: MediaError | undefined;
  /** Whether another process may know of it. */
  #isRecorded = false;

  private constructor(options: RelayOptions, open: (self: Relay) => Promise<ServerEndpoint>) {
    this.#options = options;
    this.#opened = open(this);
    // Those that wait for it are told by their calls.
    this.#opened.catch((error: unknown) => {
      this.#finish(relayError(error));
    });
  }

  /** @param source has answered, or is about to */
  static open(source: ServerEndpoint, options: RelayOptions): Relay {
    return new Relay(options, (self) => self.#negotiate(source));
  }

  /** Goes on with one that another process has opened. */
  static adopt(near: MediaRecord, far: MediaRecord, options: RelayOptions): Relay {
    return new Relay(options, (self) => {
      self.#isRecorded = true;
      self.#near = options.near.adopt(
        near,
        self.#listenerOf(() => self.#far),
      );
      self.#far = options.far.adopt(
        far,
        self.#listenerOf(() => self.#near),
      );
      return Promise.resolve(self.#far);
    });
  }

  /**
   * Brings media of an element at the near side to a sink at the far side. What arrives there of that kind by another way is the caller's.
   * @throws MediaError
   */
  async carry(from: MediaElement, sink: RelaySink, kind?: MediaKind): Promise<void> {
    const kinds = kind ? [kind] : mediaKinds;
    this.#assertOpen();
    this.#stopWaiting();
    const added = kinds.filter((each) => !this.#feeds[each].sinks.has(sink));
    for (const each of kinds) {
      this.#feeds[each].wanted = from;
      this.#feeds[each].sinks.add(sink);
    }
    try {
      const far = await this.#opened;
      await Promise.all(kinds.map((each) => this.#feed(each)));
      this.#assertOpen();
      await far.connect(sink.inner, kind);
      this.#assertOpen();
    } catch (error) {
      this.forget(sink, added);
      throw this.#end ?? error;
    }
  }

  /** Undoes `carry`. @throws MediaError */
  async stop(from: MediaElement, sink: RelaySink, kind?: MediaKind): Promise<void> {
    const kinds = kind ? [kind] : mediaKinds;
    const far = await this.#opened;
    this.#assertOpen();
    await far.disconnect(sink.inner, kind);
    // What another process has connected is known now.
    for (const each of kinds) this.#feeds[each].connected ??= from;
    this.forget(sink, kinds);
  }

  /** For a sink that another process has connected. */
  adoptSink(sink: RelaySink, kinds: readonly MediaKind[]): void {
    this.#stopWaiting();
    for (const kind of kinds) this.#feeds[kind].sinks.add(sink);
    if (kinds.length === 0) this.#waitIfUnused();
  }

  /** The sink does not get this from here any more. */
  forget(sink: RelaySink, kinds: readonly MediaKind[] = mediaKinds): void {
    for (const kind of kinds) {
      const { sinks } = this.#feeds[kind];
      if (!sinks.delete(sink) || sinks.size > 0) continue;
      this.#feed(kind).catch((error: unknown) => {
        this.#options.log.debug('a relay goes on to carry what nobody takes', { error });
      });
    }
    this.#waitIfUnused();
  }

  /** An element at the near side has ended. */
  feederEnded(element: MediaElement): void {
    for (const feed of Object.values(this.#feeds)) {
      if (feed.wanted === element) feed.wanted = undefined;
      if (feed.connected === element) feed.connected = undefined;
    }
  }

  /** By which another process goes on with it for this sink. None while it is being opened, or when the sink gets nothing. */
  factsFor(sink: RelaySink): readonly RelayFacts[] {
    const kinds = mediaKinds.filter((kind) => this.#feeds[kind].sinks.has(sink));
    if (!this.#near || !this.#far || kinds.length === 0) return [];
    this.#isRecorded = true;
    return [{ ...this.#options.origin, near: this.#near.record, far: this.#far.record, kinds }];
  }

  /** The id of the endpoint whose media it carries. */
  get source(): string {
    return this.#options.origin.source;
  }

  /** Ends it, and tells no sink. May be called again. */
  close(): void {
    this.#finish(new MediaError('released', 'The relay between two media servers has ended'));
  }

  /** Another process goes on with it. */
  letGo(): void {
    this.#finish(new MediaError('released', 'It has been let go'), true);
  }

  async #negotiate(source: ServerEndpoint): Promise<ServerEndpoint> {
    const { near, far } = this.#options;
    try {
      const [out, into, description] = await Promise.all([
        this.#own(near, 'out', () => this.#far),
        this.#own(far, 'in', () => this.#near),
        source.localDescription(),
      ]);
      [this.#near, this.#far] = [out, into];
      const { kinds, codecs } = sentMedia(description);
      // The source is connected before the offer is made: then the media server offers its codec.
      await Promise.all(mediaKinds.map((kind) => this.#feed(kind)));
      this.#assertOpen();
      const offer = await out.offer(kinds.length > 0 ? kinds : mediaKinds);
      this.#assertOpen();
      const answer = await into.answer(withCodecs(offer, codecs));
      this.#assertOpen();
      await out.accept(answer);
      this.#assertOpen();
      return into;
    } catch (error) {
      throw this.#end ?? relayError(error);
    }
  }

  /** An endpoint that is released whenever the relay ends, also when it comes only then. `other`: the one at the other side. */
  async #own(
    pipeline: ServerPipeline,
    relay: ServerEndpointOptions['relay'],
    other: () => ServerEndpoint | undefined,
  ): Promise<ServerEndpoint> {
    const end = await pipeline.createEndpoint({ ...(relay && { relay }) }, this.#listenerOf(other));
    if (this.#end) end.release();
    this.#assertOpen();
    if (relay === 'out') this.#near = end;
    else this.#far = end;
    return end;
  }

  #listenerOf(other: () => ServerEndpoint | undefined): EndpointListener {
    return {
      candidateFound: (candidate) => {
        other()?.addCandidate(candidate);
      },
      failed: (error) => {
        this.#options.log.warn('a relay between two media servers has reported an error', { error });
      },
      mediaLost: (failure) => {
        this.#fail(new MediaError('object-gone', failure.message, { cause: failure }));
      },
      connectionFailed: ({ own, remote }) => {
        const reason = 'Two media servers do not reach each other';
        this.#options.log.warn('a relay between two media servers has no connection', { own, remote });
        this.#fail(new MediaError('engine-error', reason));
      },
    };
  }

  #fail(failure: MediaError): void {
    const sinks = new Set(mediaKinds.flatMap((kind) => [...this.#feeds[kind].sinks]));
    this.#finish(failure);
    for (const sink of sinks) sink.mediaLost(failure);
  }

  /** `isLetGo`: what it says of its sinks stays true. */
  #finish(why: MediaError, isLetGo = false): void {
    if (this.#end) return;
    this.#end = why;
    this.#stopWaiting();
    for (const end of [this.#near, this.#far]) {
      if (isLetGo) end?.letGo();
      else if (end && this.#isRecorded) this.#options.release(end.release.bind(end));
      else end?.release();
    }
    if (!isLetGo) for (const kind of mediaKinds) this.#feeds[kind].sinks.clear();
    this.#options.ended();
  }

  /** Brings in what sinks want, and nothing else. One change after another. */
  #feed(kind: MediaKind): Promise<void> {
    const change = this.#changes.then(async () => {
      const near = this.#near;
      const feed = this.#feeds[kind];
      const wanted = feed.sinks.size > 0 ? feed.wanted : undefined;
      if (!near || this.#end || feed.connected === wanted) return;
      if (wanted) await wanted.connect(near, kind);
      else await feed.connected?.disconnect(near, kind);
      feed.connected = wanted;
    });
    this.#changes = change.catch(nothing);
    return change;
  }

  #waitIfUnused(): void {
    this.#stopWaiting();
    if (this.#end || mediaKinds.some((kind) => this.#feeds[kind].sinks.size > 0)) return;
    const stop = this.#options.later(this.#options.lingerMs, () => {
      this.close();
    });
    this.#stopWaiting = () => {
      stop();
      this.#stopWaiting = nothing;
    };
  }

  #assertOpen(): void {
    if (this.#end) throw this.#end;
  }
}

function newFeed(): Feed {
  return { wanted: undefined, connected: undefined, sinks: new Set() };
}

/** It was not the offer of a client that was refused. */
function relayError(error: unknown): MediaError {
  if (error instanceof MediaError && error.code !== 'offer-refused') return error;
  return new MediaError('engine-error', 'Two media servers did not agree', { cause: error });
}
