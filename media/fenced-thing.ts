import { MediaError } from './errors.js';
import type { MediaElement, MediaFailure, MediaRecord, Pipeline } from './port.js';

/** What pipelines and elements of rooms that another node may take over have in common (`FencedEngine`). */
export abstract class FencedThing<Inner extends Pick<MediaElement | Pipeline, 'record' | 'release' | 'letGo'>> {
  #inner: Inner | undefined;
  /** Whether another node may know of it. */
  #isRecorded = false;
  #end: MediaError | undefined;
  /** Whether its release waits. */
  #isHeld = false;

  /** It is there. If it is not wanted any more, it is released. @param isRecorded of one that was adopted */
  begin(inner: Inner, isRecorded = false): void {
    this.#inner = inner;
    this.#isRecorded = isRecorded;
    if (this.#end) this.releaseInTime();
  }

  get record(): MediaRecord {
    this.#isRecorded = true;
    return this.inner.record;
  }

  release(): void {
    if (this.#end) return;
    this.finish(released());
    this.releaseInTime();
  }

  letGo(): void {
    if (this.#end) return;
    this.stepDown();
  }

  /** Another node owns the room: nothing that it knows of is touched here any more. */
  stepDown(): void {
    this.finish(released());
    this.#isHeld = false;
    if (this.#isRecorded) this.#inner?.letGo();
    else this.#inner?.release();
    this.done();
  }

  /** The engine has lost it. */
  protected lost(failure: MediaFailure): void {
    this.finish(new MediaError('object-gone', failure.message, { cause: failure }));
  }

  /** Why it is not used any more. */
  get end(): MediaError | undefined {
    return this.#end;
  }

  /** It is not used from now on. */
  finish(why: MediaError): void {
    this.#end ??= why;
  }

  /** Whether it is the engine's `inner`. */
  isOf(inner: unknown): boolean {
    return inner === this.#inner;
  }

  get inner(): Inner {
    if (!this.#inner) throw this.#end ?? new MediaError('engine-error', 'It is not there yet');
    return this.#inner;
  }

  protected releaseInTime(): void {
    const inner = this.#inner;
    if (!inner || !this.#isRecorded) {
      inner?.release();
      this.done();
      return;
    }
    this.#isHeld = true;
    this.after(() => {
      if (!this.#isHeld) return;
      this.#isHeld = false;
      inner.release();
      this.done();
    });
  }

  /** Once it is certain that the room is this node's. */
  protected abstract after(effect: () => void): void;
  /** Nothing of it is here any more. */
  protected abstract done(): void;
}

export function released(): MediaError {
  return new MediaError('released', 'It has been released');
}
