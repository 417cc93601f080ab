import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { arrange, type Corner, type LayoutChoice, type Size } from './layout.js';
import type { Person } from './person.js';
import type { Picture } from './picture.js';
import { broughtForward, seated } from './seats.js';

/** What is on the stage: which pictures, and where. */
export class Scene {
  readonly choice = signal<LayoutChoice>('auto');
  /** Of the stage, as the page has it. */
  readonly size = signal<Size>({ width: 0, height: 0 });
  readonly corner = signal<Corner>('bottom right');
  readonly #page = signal(0);
  readonly #pinned = signal<Picture | undefined>(undefined);
  readonly #order = signal<readonly Person[]>([]);
  readonly #speaker = signal<Person | undefined>(undefined);
  readonly #people: ReadonlySignal<readonly Person[]>;

  /** Of everybody in the room: screens first, then the others in the order of their seats. */
  readonly pictures = computed(() => {
    const own = this.#people.value.filter((person) => person.own);
    const people = [...this.#seated, ...own];
    const screens = people.filter(({ screen }) => screen.value !== undefined).map(({ screenPicture }) => screenPicture);
    return [...screens, ...people.map(({ picture }) => picture)];
  });

  readonly pinned = computed(() => {
    const pinned = this.#pinned.value;
    return pinned && this.pictures.value.includes(pinned) ? pinned : undefined;
  });

  readonly arrangement = computed(() =>
    arrange(this.pictures.value, this.size.value, {
      ...{ choice: this.choice.value, pinned: this.pinned.value, page: this.#page.value, corner: this.corner.value },
      speaker: this.#speaker.value?.picture,
    }),
  );

  /** The picture that matters most: the large one, or that of the one that spoke last. */
  readonly featured = computed(() => {
    const main = this.arrangement.value.places.find(({ role }) => role === 'main');
    const others = this.#people.value.filter(({ own }) => !own);
    const speaker = this.#speaker.value;
    return main?.picture ?? (speaker && others.includes(speaker) ? speaker : others[0])?.picture;
  });

  constructor(people: ReadonlySignal<readonly Person[]>) {
    this.#people = people;
  }

  /** Pins the picture, or lets it go when it is pinned. */
  togglePin(picture: Picture): void {
    this.#pinned.value = picture === this.pinned.value ? undefined : picture;
    this.#page.value = 0;
  }

  /** @returns whether something was pinned */
  unpin(): boolean {
    if (!this.pinned.value) return false;
    this.togglePin(this.pinned.value);
    return true;
  }

  turnTo(page: number): void {
    this.#page.value = page;
  }

  /** Others speak: the loudest first. A speaker stays large while they speak. */
  heard(speakers: readonly Person[]): void {
    const at = Date.now();
    for (const person of speakers) person.spokeAt.value = at;
    const others = speakers.filter(({ own }) => !own);
    const [loudest] = others;
    if (!loudest) return;
    const present = this.#speaker.value;
    if (!present || !others.includes(present)) this.#speaker.value = loudest;
    // One's own picture has a seat on the first page, and screens come before all.
    const screens = this.pictures.value.filter(({ isScreen }) => isScreen).length;
    const seats = this.arrangement.value.seats - 1 - screens;
    this.#order.value = others.reduce((order, person) => broughtForward(order, person, seats), this.#seated);
  }

  get #seated(): readonly Person[] {
    const others = this.#people.value.filter(({ own }) => !own);
    return seated(this.#order.value, others);
  }
}
