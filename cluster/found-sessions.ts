/** How often they are written again, in ms: Redis forgets after a while where a session is. */
const everyMs = 3_600_000;

/** Sessions of a room that are found by their ids, on any node. */
export class FoundSessions {
  readonly #ids: Set<string>;
  #keptAt: number;

  /** @param now when all of them were written the last time */
  constructor(ids: Iterable<string>, now: number) {
    this.#ids = new Set(ids);
    this.#keptAt = now;
  }

  get all(): ReadonlySet<string> {
    return this.#ids;
  }

  add(id: string): void {
    this.#ids.add(id);
  }

  remove(id: string): void {
    this.#ids.delete(id);
  }

  /** Whether they are to be written again. */
  areDue(now: number): boolean {
    return this.#ids.size > 0 && now - this.#keptAt >= everyMs;
  }

  /** They are written with the present turn. */
  written(now: number): void {
    this.#keptAt = now;
  }
}
