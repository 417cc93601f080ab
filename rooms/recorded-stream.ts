import type { MediaFailure, MediaKind, Recorder, RecorderListener } from '../media/port.js';
import type { Feed } from './feed.js';
import { mediaKinds } from './muted-kinds.js';
import type { Publication } from './publication.js';
import type { RecordingFolder } from './recording-store.js';
import { SerialQueue } from './serial-queue.js';

/** Why a file has ended before its time. */
export interface StreamFailure {
  readonly error: Error;
  readonly isFull: boolean;
}

interface RecordedStreamOptions {
  readonly kinds: readonly MediaKind[];
  readonly folder: RecordingFolder;
  readonly file: { readonly file: string; readonly uri: string };
  /** Called once, when nothing more is written and nothing of it is left. */
  readonly ended: (stream: RecordedStream) => void;
}

/**
 * One publication in one file: the one owner of its recorder, which is released exactly once, whatever fails. What is done to the recorder
 * is done one step after the other.
 */
export class RecordedStream {
  readonly publication: Publication;
  readonly #options: RecordedStreamOptions;
  readonly #feed: Feed;
  readonly #steps = new SerialQueue();
  readonly #silent = new Set<MediaKind>();
  #recorder: Recorder | undefined;
  #isStarted = false;
  #hasBegun = false;
  #ending: Promise<void> | undefined;
  #failure: StreamFailure | undefined;
  #isOver = false;
  #isLetGo = false;

  constructor(publication: Publication, options: RecordedStreamOptions) {
    this.publication = publication;
    this.#options = options;
    this.#feed = publication.feed();
    for (const kind of mediaKinds) if (!options.kinds.includes(kind)) this.#feed.muted.add(kind);
    publication.recordedBy(this);
    this.noteMutes();
  }

  /** Whether its first frame was there. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Undefined while it goes on, and when it has ended as it should. */
  get failure(): StreamFailure | undefined {
    return this.#failure;
  }

  /** Resolves when it records, or has failed. */
  begin(): Promise<void> {
    return this.#steps.run(async () => {
      const { pipeline, publisher } = this.publication;
      if (this.#isEnding() || !pipeline) return;
      const { file, kinds } = this.#options;
      try {
        const options = { uri: file.uri, kinds, ...publisher.media.member };
        const recorder = await pipeline.createRecorder(options, this.#listener());
        if (this.#isOver) recorder.release();
        else this.#recorder = recorder;
        if (this.#isEnding()) return;
        await this.#feed.open(recorder);
        if (this.#isEnding()) return;
        await recorder.start();
        this.#isStarted = true;
      } catch (error) {
        this.#fail(error);
        this.#finish();
      }
    });
  }

  /** Resolves when nothing is written. A recorder that cannot do it is ended. */
  async pause(): Promise<void> {
    await this.#step((recorder) => recorder.pause());
  }

  /** As `pause`. */
  async resume(): Promise<void> {
    await this.#step((recorder) => recorder.resume());
  }

  /** Resolves when the file is whole. The same each time. */
  end(): Promise<void> {
    this.#ending ??= this.#steps.run(async () => {
      if (this.#isOver) return;
      try {
        if (this.#isStarted) await this.#recorder?.stop();
      } catch (error) {
        if (!this.#isLetGo) this.#fail(error);
      }
      this.#finish();
    });
    return this.#ending;
  }

  /** It has not ended in time: it ends at once, with what there is. */
  abandon(): void {
    if (this.#isOver) return;
    this.#fail(new Error('The media server did not end the file in time'));
    this.#finish();
  }

  /** Another process goes on with the publication, and does not know the recorder. The file is ended here; `end` resolves when it is whole. */
  letGo(): void {
    if (this.#isOver || this.#isLetGo) return;
    this.#isLetGo = true;
    this.#feed.close();
    const stopped = this.#isStarted ? this.#recorder?.stop() : undefined;
    this.#recorder?.letGo();
    const finish = (): void => {
      this.#finish();
    };
    // The media server answers once the file is whole. That the recorder is not ours any more says nothing of the file.
    this.#ending ??= stopped?.then(finish, finish) ?? Promise.resolve().then(finish);
  }

  /** Called by the publication. */
  publicationClosed(): void {
    void this.end();
  }

  /** Called by the publication when its mutes changed. @throws RoomError as `Feed.update` */
  async mutesChanged(): Promise<void> {
    this.noteMutes();
    await this.#feed.update();
  }

  /** Called by the publication when its video comes from elsewhere. @throws as `Feed.reroute` */
  outputChanged(): Promise<void> {
    return this.#feed.reroute();
  }

  /** Called by the publication when it has another endpoint. @throws as `Feed.reconnect` */
  endpointChanged(isBack: boolean): Promise<void> {
    return this.#feed.reconnect(isBack);
  }

  /** Writes down which of its kinds nobody gets, where that has changed. */
  noteMutes(): void {
    if (this.#isOver) return;
    const { kinds, folder, file } = this.#options;
    const { silent } = this.publication;
    for (const kind of kinds) {
      const isSilent = silent.includes(kind);
      if (isSilent === this.#silent.has(kind)) continue;
      if (isSilent) this.#silent.add(kind);
      else this.#silent.delete(kind);
      folder.muted(file.file, kind, isSilent);
    }
  }

  #isEnding(): boolean {
    return this.#ending !== undefined;
  }

  async #step(call: (recorder: Recorder) => Promise<void>): Promise<void> {
    await this.#steps.run(async () => {
      if (!this.#recorder || !this.#isStarted || this.#ending) return;
      try {
        await call(this.#recorder);
      } catch (error) {
        this.#fail(error);
        void this.end();
      }
    });
    if (this.#failure) await this.#ending;
  }

  #listener(): RecorderListener {
    const { folder, file } = this.#options;
    return {
      started: (agoMs) => {
        if (this.#isOver || this.#hasBegun) return;
        this.#hasBegun = true;
        folder.fileStarted(file.file, Math.max(0, folder.elapsedMs - agoMs));
      },
      failed: (failure, reason) => {
        this.#fail(failure, reason === 'no-space');
        void this.end();
      },
      mediaLost: (failure: MediaFailure) => {
        if (this.#isOver) return;
        this.#fail(failure);
        this.#finish();
      },
    };
  }

  #fail(error: unknown, isFull = false): void {
    this.#failure ??= { error: error instanceof Error ? error : new Error(String(error)), isFull };
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ending ??= Promise.resolve();
    const { folder, file, ended } = this.#options;
    this.#feed.close();
    this.publication.recordingEnded(this);
    this.#recorder?.release();
    folder.fileEnded(file.file, this.#failure?.error.message);
    ended(this);
  }
}
