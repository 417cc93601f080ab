import type { ReadonlySignal } from '@preact/signals';
import { ratesBetween, type ConnectionStatistics, type Room } from '../../client/index.js';
import { isMain } from './guests.js';
import type { Person } from './person.js';

const everyMs = 2000;

/** Reads what the connections of a call carry, for the statistics of its people. */
export class Readings {
  readonly #room: Room;
  readonly #people: ReadonlySignal<readonly Person[]>;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #looks = new WeakMap<Person, { readonly at: number; readonly statistics: ConnectionStatistics }>();

  constructor(room: Room, people: ReadonlySignal<readonly Person[]>) {
    this.#room = room;
    this.#people = people;
    this.#timer = setInterval(() => void this.#look(), everyMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    await Promise.all(this.#people.value.map((person) => this.#lookAt(person)));
  }

  async #lookAt(person: Person): Promise<void> {
    const statistics = await this.#statisticsOf(person)
      // What is closed meanwhile carries nothing.
      .catch(() => undefined);
    const before = this.#looks.get(person);
    if (!statistics) {
      person.figures.value = undefined;
      return;
    }
    const at = performance.now();
    this.#looks.set(person, { at, statistics });
    if (!before) return;
    const side = person.own ? 'sent' : 'received';
    const rates = ratesBetween(before.statistics[side], statistics[side], (at - before.at) / 1000);
    person.figures.value = { rates, statistics };
  }

  async #statisticsOf({ own, id }: Person): Promise<ConnectionStatistics | undefined> {
    if (own) return this.#room.localPublication?.statistics();
    const publications = [...(this.#room.participants.get(id)?.publications.values() ?? [])];
    return (publications.find(isMain) ?? publications[0])?.subscription?.statistics();
  }
}
