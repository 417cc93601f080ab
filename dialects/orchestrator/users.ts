import type { Bearer } from '../../rooms/index.js';
import type { Link } from './link.js';
import { Refusal } from './errors.js';
import { User } from './user.js';

/** All users that are logged in. */
export class Users {
  readonly #newId: () => string;
  readonly #byId = new Map<string, User>();
  readonly #byName = new Map<string, User>();

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  [Symbol.iterator](): Iterator<User> {
    return this.#byId.values();
  }

  get size(): number {
    return this.#byId.size;
  }

  find(id: string): User | undefined {
    return this.#byId.get(id);
  }

  findByName(name: string): User | undefined {
    return this.#byName.get(name);
  }

  /** @throws Refusal 205 */
  add(name: string, link: Link, bearer: Bearer): User {
    if (this.#byName.has(name)) throw new Refusal(205);
    const user = new User(this.#newId(), name, link, bearer);
    this.#byId.set(user.id, user);
    this.#byName.set(name, user);
    return user;
  }

  remove(user: User): void {
    this.#byId.delete(user.id);
    if (this.#byName.get(user.name) === user) this.#byName.delete(user.name);
  }
}
