import type {
  MediaAbilities,
  MediaEngine,
  MediaFailure,
  MediaRecord,
  Pipeline,
  PipelineListener,
  SpeakerLevel,
  VideoFilter,
} from '../media/port.js';
import { RoomError, filterError, mediaError } from './errors.js';

interface RoomMediaListener {
  /** Another pipeline is open, or none any more, or its record has changed. */
  changed(): void;
  /** Something failed, and everything goes on. */
  failed(failure: MediaFailure): void;
  /** The media server is gone with everything on it. */
  lost(failure: MediaFailure): void;
  /** As `PipelineListener.speakersChanged`. */
  speakersChanged(speakers: readonly SpeakerLevel[]): void;
}

/** The pipeline of one room: opened when first asked for, and again after the loss of its media server. Its one owner. */
export class RoomMedia {
  readonly #name: string;
  readonly #engine: MediaEngine;
  readonly #listener: RoomMediaListener;
  #pipeline: Promise<Pipeline> | undefined;
  /** The one that is open. */
  #opened: Pipeline | undefined;
  #audioLastN = 0;
  #closed = false;

  /** @param name of the room */
  constructor(name: string, engine: MediaEngine, listener: RoomMediaListener) {
    this.#name = name;
    this.#engine = engine;
    this.#listener = listener;
  }

  /** @throws RoomError `media-failed`, `interrupted` when the room closed */
  async pipeline(): Promise<Pipeline> {
    this.#assertUninterrupted();
    this.#pipeline ??= this.#open();
    const opening = this.#pipeline;
    try {
      const pipeline = await opening;
      // If the room has closed meanwhile, `close` releases the pipeline.
      this.#assertUninterrupted();
      return pipeline;
    } catch (error) {
      // The next publication opens another one.
      if (this.#pipeline === opening) this.#pipeline = undefined;
      throw mediaError(error);
    }
  }

  /** What can be done here to fit media to each receiver. */
  get abilities(): MediaAbilities {
    return (this.#opened ?? this.#engine).abilities ?? plainAbilities;
  }

  /** As `Pipeline.setAudioLastN`, of the pipeline that is open, and of those that are opened later. */
  setAudioLastN(count: number): void {
    this.#audioLastN = count;
    this.#opened?.setAudioLastN?.(count);
  }

  /** @throws RoomError `filter-refused` when the media server does not have such filters */
  async requireFilter(type: VideoFilter['type']): Promise<void> {
    const pipeline = await this.pipeline().catch((error: unknown) => {
      throw filterError(error);
    });
    if (!pipeline.hasFilter(type)) throw filterError(new Error(`the media server has none of type ${type}`));
  }

  /** Takes over the pipeline that another process has opened. */
  adopt(record: MediaRecord): Pipeline {
    const pipeline = this.#engine.adopt(
      record,
      this.#listenerOf(() => this.#opened === pipeline),
      this.#name,
    );
    this.#opened = pipeline;
    this.#pipeline = Promise.resolve(pipeline);
    // The former process may have been about to change it.
    pipeline.setAudioLastN?.(this.#audioLastN);
    return pipeline;
  }

  /** Undefined while no pipeline is open. */
  get record(): MediaRecord | undefined {
    return this.#opened?.record;
  }

  /** Another process goes on with the pipeline. One that is being opened is released. */
  letGo(): void {
    this.#opened?.letGo();
    this.close();
  }

  /** @param after what is still to be done with the pipeline. Default: nothing */
  close(after?: Promise<unknown>): void {
    this.#closed = true;
    const pipeline = this.#pipeline;
    if (!pipeline) return;
    if (!after) void pipeline.then(release, () => undefined);
    else void after.then(() => pipeline.then(release, () => undefined));
  }

  #open(): Promise<Pipeline> {
    const opening = this.#engine.openPipeline(
      this.#listenerOf(() => this.#pipeline === opening),
      this.#name,
    );
    opening.then(
      (pipeline) => {
        if (this.#pipeline !== opening) return;
        this.#opened = pipeline;
        if (this.#audioLastN > 0) pipeline.setAudioLastN?.(this.#audioLastN);
        this.#listener.changed();
      },
      () => undefined,
    );
    return opening;
  }

  #listenerOf(isPresent: () => boolean): PipelineListener {
    return {
      failed: (failure) => {
        this.#listener.failed(failure);
      },
      recordChanged: () => {
        if (isPresent()) this.#listener.changed();
      },
      speakersChanged: (speakers) => {
        if (isPresent()) this.#listener.speakersChanged(speakers);
      },
      mediaLost: (failure) => {
        if (!isPresent()) return;
        this.#pipeline = undefined;
        this.#opened = undefined;
        this.#listener.changed();
        this.#listener.lost(failure);
      },
    };
  }

  /** A publisher was already in the room, so the error is `interrupted`, not `room-closed` (which is for joining). */
  #assertUninterrupted(): void {
    if (this.#closed) throw new RoomError('interrupted', `Room "${this.#name}" was closed meanwhile`);
  }
}

/** What any media server can do: what is not wanted is disconnected. */
const plainAbilities: MediaAbilities = {
  simulcast: false,
  layers: 1,
  pause: true,
  iceRestart: false,
  activeSpeaker: 'none',
  audioLastN: false,
};

function release(pipeline: Pipeline): void {
  pipeline.release();
}
