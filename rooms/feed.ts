import type { Endpoint, MediaKind } from '../media/port.js';
import { mediaError } from './errors.js';
import { Mute, mediaKinds } from './mute.js';
import { Negotiations } from './negotiations.js';
import type { Source } from './source.js';

/**
 * The way of a publication's media to one sink: a subscription, or the publisher herself. Media flows unless it is muted
 * at the publication or here; what the media server has connected follows, one change after the other.
 */
export class Feed {
  readonly muted = new Mute();
  readonly #source: Source;
  readonly #mutedAtSource: Mute;
  readonly #changes = new Negotiations();
  readonly #connected = new Set<MediaKind>();
  #sink: Endpoint | undefined;

  constructor(source: Source, mutedAtSource: Mute) {
    this.#source = source;
    this.#mutedAtSource = mutedAtSource;
  }

  /** Connects the sink. @throws RoomError `not-publishing`; MediaError as `Endpoint.connect` */
  open(sink: Endpoint): Promise<void> {
    this.#sink = sink;
    return this.#changes.run(async () => {
      if (mediaKinds.every((kind) => this.#flows(kind))) {
        // All at once includes data channels, which cannot be muted.
        await this.#source.connectTo(sink);
        for (const kind of mediaKinds) this.#connected.add(kind);
      } else {
        await this.#apply(sink);
      }
    });
  }

  /** Brings what is connected in line with the mutes. @throws RoomError `media-failed` */
  async update(): Promise<void> {
    const sink = this.#sink;
    if (!sink) return;
    try {
      await this.#changes.run(() => this.#apply(sink));
    } catch (error) {
      // What is closed needs no change any more.
      if (this.#sink && !this.#source.closed) throw mediaError(error);
    }
  }

  /** The source of the video has changed: what has video gets it from there. @throws RoomError, MediaError as `open` */
  async reroute(): Promise<void> {
    await this.#changes.run(async () => {
      if (this.#sink && this.#connected.has('video')) await this.#source.connectTo(this.#sink, 'video');
    });
  }

  close(): void {
    this.#sink = undefined;
  }

  #flows(kind: MediaKind): boolean {
    return !this.#mutedAtSource.has(kind) && !this.muted.has(kind);
  }

  async #apply(sink: Endpoint): Promise<void> {
    for (const kind of mediaKinds) {
      const flows = this.#flows(kind);
      if (flows === this.#connected.has(kind)) continue;
      if (flows) {
        await this.#source.connectTo(sink, kind);
        this.#connected.add(kind);
      } else {
        await this.#source.disconnectFrom(sink, kind);
        this.#connected.delete(kind);
      }
    }
  }
}
