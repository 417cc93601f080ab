import { MediaError } from '../errors.js';
import type { MediaServer, ServerPipeline } from '../media-server.js';
import type { SpreadElement } from './element.js';

/** The part of a pipeline that is on one media server. Owns the pipeline there. */
export class Branch {
  readonly elements = new Set<SpreadElement>();
  readonly #unused: (branch: Branch) => void;
  #pipeline: ServerPipeline | undefined;
  #opened: Promise<void> = Promise.resolve();
  #uses = 0;
  #over = false;

  /** @param server undefined: it is not known any more. @param unused called when the last use is over */
  constructor(
    readonly url: string,
    readonly server: MediaServer | undefined,
    unused: (branch: Branch) => void,
  ) {
    this.#unused = unused;
  }

  /** Opens its pipeline by `open`. @throws MediaError also when it has ended meanwhile */
  open(open: () => Promise<ServerPipeline>): Promise<void> {
    this.#opened = this.#open(open);
    return this.#opened;
  }

  /** Resolves when it is open, or rejects as `open` did. */
  get opened(): Promise<void> {
    return this.#opened;
  }

  /** Takes over its pipeline by `adopt`. */
  adopt(adopt: () => ServerPipeline): void {
    this.#pipeline = adopt();
  }

  get isOpen(): boolean {
    return this.#pipeline !== undefined && !this.#over;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** @throws MediaError `object-gone` while it is not open */
  get pipeline(): ServerPipeline {
    if (!this.#pipeline || this.#over) throw new MediaError('object-gone', 'The media server has been lost');
    return this.#pipeline;
  }

  /** Keeps it until the returned function is called, which may be called again. */
  use(): () => void {
    this.#uses += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#uses -= 1;
      if (this.#uses === 0 && !this.#over) this.#unused(this);
    };
  }

  get isUsed(): boolean {
    return this.#uses > 0;
  }

  /** It is not used any more: its media server has died, or it is about to be released. */
  end(): void {
    this.#over = true;
  }

  release(): void {
    this.#over = true;
    this.#pipeline?.release();
  }

  letGo(): void {
    this.#over = true;
    this.#pipeline?.letGo();
  }

  async #open(open: () => Promise<ServerPipeline>): Promise<void> {
    const pipeline = await open();
    if (this.#over) pipeline.release();
    if (this.#over) throw new MediaError('released', 'It has been released');
    this.#pipeline = pipeline;
  }
}
