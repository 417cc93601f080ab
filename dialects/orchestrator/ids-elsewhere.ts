/** The ids of sessions whose rooms other processes have: each keeps its id as long as the room is listed, or is here. */
export class IdsElsewhere {
  readonly #newId: () => string;
  readonly #byKey = new Map<string, string>();
  readonly #byId = new Map<string, string>();

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** @param key of the room. It gets an id if it has none */
  of(key: string): string {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const id = this.#newId();
    this.keep(key, id);
    return id;
  }

  keep(key: string, id: string): void {
    this.#byKey.set(key, id);
    this.#byId.set(id, key);
  }

  keyOf(id: string): string | undefined {
    return this.#byId.get(id);
  }

  /** The room is here now. @returns the id that it had */
  take(key: string): string | undefined {
    const id = this.#byKey.get(key);
    if (id !== undefined) this.#forget(key, id);
    return id;
  }

  /** Forgets all rooms but these. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const [key, id] of this.#byKey) if (!keys.has(key)) this.#forget(key, id);
  }

  #forget(key: string, id: string): void {
    this.#byKey.delete(key);
    this.#byId.delete(id);
  }
}
