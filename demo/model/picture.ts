import { signal } from '@preact/signals';
import type { Publication } from '../../client/index.js';
import type { Framed } from './layout.js';
import type { Person } from './person.js';

/** What the stage shows of a person: the camera, or the screen. */
export class Picture implements Framed {
  readonly person: Person;
  readonly isScreen: boolean;
  /** What it is of. Undefined for our own, and while it is not published. */
  readonly publication = signal<Publication | undefined>(undefined);
  readonly #aspect = signal<number | undefined>(undefined);

  /** For Person only. */
  constructor(person: Person, isScreen: boolean) {
    this.person = person;
    this.isScreen = isScreen;
  }

  get own(): boolean {
    return this.person.own;
  }

  get stream(): MediaStream | undefined {
    return (this.isScreen ? this.person.screen : this.person.stream).value;
  }

  get aspect(): number | undefined {
    return this.#aspect.value;
  }

  /** Takes the size of the frames, in pixels, as the video has it. */
  sized(width: number, height: number): void {
    if (width > 0 && height > 0) this.#aspect.value = width / height;
  }
}
