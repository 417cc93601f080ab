import type { Bearer, Participant } from '../../rooms/index.js';
import type { Link } from './link.js';
import type { UserData } from './messages.js';
import type { VrSession } from './vr-session.js';

/**
 * A client that is logged in: from Login until Logout or the end of the connection
 * (docs/protocols/orchestrator.md#6-rules).
 */
export class User {
  /** A UUID that is never used again. All participants of this user have it as their id. */
  readonly id: string;
  readonly name: string;
  readonly link: Link;
  /** What it has shown at its last login. */
  bearer: Bearer;
  /** Sessions that the user made. They end when the user logs out. */
  readonly administered = new Set<VrSession>();
  /** The user's membership of their present session. */
  participant: Participant | undefined;
  /**
   * Whether the session was closed and the user has not sent LeaveSession yet, which must succeed once
   * (docs/protocols/orchestrator.md#6-rules).
   */
  leftBehind = false;
  readonly #data = new Map<string, unknown>();

  constructor(id: string, name: string, link: Link, bearer: Bearer) {
    this.id = id;
    this.name = name;
    this.link = link;
    this.bearer = bearer;
  }

  get data(): UserData {
    // Spread defines own properties even for names like `__proto__`.
    return Object.fromEntries(this.#data);
  }

  /** Replaces the given keys; other keys stay. */
  merge(data: object): UserData {
    for (const [key, value] of Object.entries(data)) this.#data.set(key, value);
    return this.data;
  }
}
