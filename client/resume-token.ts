/**
 * The token of our last join of a room under a name. It is kept for this tab, so that a page that is loaded again proves with it that it
 * is the same client and gets its name back at once (docs/protocols/kurento-room.md#31-joinroom).
 */
export class ResumeToken {
  readonly #key: string;
  /** For pages that may not store anything. */
  #token: string | undefined;

  constructor(url: string, room: string, user: string) {
    this.#key = `atrium-resume ${JSON.stringify([url, room, user])}`;
  }

  /** Null when there is none yet. */
  get(): string | null {
    return this.#token ?? withStorage((storage) => storage.getItem(this.#key)) ?? null;
  }

  keep(token: string): void {
    this.#token = token;
    withStorage((storage) => {
      storage.setItem(this.#key, token);
    });
  }

  forget(): void {
    this.#token = undefined;
    withStorage((storage) => {
      storage.removeItem(this.#key);
    });
  }
}

/** Undefined where there is no storage, as outside of browsers, or where the page may not use it. */
function withStorage<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(globalThis.sessionStorage);
  } catch {
    return undefined;
  }
}
