import type { MediaElement, MediaKind } from '../media/port.js';
import { mediaError } from './errors.js';
import { MutedKinds, mediaKinds } from './muted-kinds.js';
import type { PublicationOutput } from './publication-output.js';
import { SerialQueue } from './serial-queue.js';

/**
 * Carries a publication's media to one sink: the endpoint of a subscription, the publisher's own, or a recorder. Media flows unless it is muted at the
 * publication or here, or not wanted. What the media server has connected follows, one change after another.
 */
export class Feed {
  readonly muted = new MutedKinds();
  /** What the receiver can do without at present. */
  readonly unwanted = new MutedKinds();
  /** What the room does not give it at present (`LastN`). */
  readonly held = new MutedKinds();
  readonly #output: PublicationOutput;
  readonly #mutedForAll: readonly Pick<MutedKinds, 'has'>[];
  readonly #changes = new SerialQueue();
  readonly #connected = new Set<MediaKind>();
  #sink: MediaElement | undefined;

  constructor(output: PublicationOutput, mutedForAll: readonly Pick<MutedKinds, 'has'>[]) {
    this.#output = output;
    this.#mutedForAll = mutedForAll;
  }

  /** Connects the sink. @throws RoomError `not-publishing`; MediaError as `Endpoint.connect` */
  open(sink: MediaElement): Promise<void> {
    this.#sink = sink;
    return this.#changes.run(async () => {
      if (mediaKinds.every((kind) => this.#flows(kind))) {
        // Without a kind, data channels are connected too; they cannot be muted.
        await this.#output.connectTo(sink);
        for (const kind of mediaKinds) this.#connected.add(kind);
      } else {
        await this.#apply();
      }
    });
  }

  /** Goes on with a sink that another process has connected. */
  adopt(sink: MediaElement, connected: readonly MediaKind[]): void {
    this.#sink = sink;
    for (const kind of connected) this.#connected.add(kind);
  }

  /** What the media server has connected. Undefined: there is no sink. */
  get connected(): readonly MediaKind[] | undefined {
    return this.#sink && [...this.#connected];
  }

  /** Connects and disconnects what the mutes have changed. @throws RoomError `media-failed` */
  async update(): Promise<void> {
    if (!this.#hasSink()) return;
    try {
      await this.#changes.run(() => this.#apply());
    } catch (error) {
      // A feed that is closed needs no change any more.
      if (this.#hasSink() && !this.#output.closed) throw mediaError(error);
    }
  }

  /** The video comes from another element now: connects it from there, unless it is muted. @throws RoomError, MediaError as `open` */
  async reroute(): Promise<void> {
    await this.#changes.run(async () => {
      if (this.#sink && this.#connected.has('video')) await this.#output.connectTo(this.#sink, 'video');
    });
  }

  /**
   * The publication has another endpoint: connects from there what is connected. Muted media stays cut.
   * @param isBack whether it is the former one again: what was cut meanwhile may still be connected to it
   * @param sink of a receiver that has another one too. Default: the same
   * @throws RoomError, MediaError as `open`
   */
  async reconnect(isBack: boolean, sink = this.#sink): Promise<void> {
    if (!this.#sink || !sink) return;
    this.#sink = sink;
    await this.#changes.run(async () => {
      if (this.#sink !== sink) return;
      try {
        await this.#output.connectAnew(sink, [...this.#connected]);
      } catch (error) {
        // Nobody minds a receiver that has ended.
        if (this.#isOf(sink) && !this.#output.closed) throw error;
      }
      if (!isBack) return;
      for (const kind of mediaKinds) {
        if (!this.#connected.has(kind)) await this.#output.disconnectFrom(sink, kind);
      }
    });
  }

  close(): void {
    this.#sink = undefined;
  }

  #hasSink(): boolean {
    return this.#sink !== undefined;
  }

  #isOf(sink: MediaElement): boolean {
    return this.#sink === sink;
  }

  #flows(kind: MediaKind): boolean {
    return (
      ![this.muted, this.unwanted, this.held].some((cut) => cut.has(kind)) &&
      this.#mutedForAll.every((muted) => !muted.has(kind))
    );
  }

  async #apply(): Promise<void> {
    const sink = this.#sink;
    if (!sink) return;
    for (const kind of mediaKinds) {
      const flows = this.#flows(kind);
      if (flows === this.#connected.has(kind)) continue;
      if (flows) {
        await this.#output.connectTo(sink, kind);
        this.#connected.add(kind);
      } else {
        await this.#output.disconnectFrom(sink, kind);
        this.#connected.delete(kind);
      }
    }
  }
}
