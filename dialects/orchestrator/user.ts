import type { Participant } from '../../rooms/index.js';
import type { Link } from './link.js';
import type { UserData } from './messages.js';
import type { Session } from './session.js';

/** Who is logged in: from Login until Logout or the end of the connection (Orchestrator §6). */
export class User {
  /** A UUID, never used again; the id of every participant she is. */
  readonly id: string;
  readonly name: string;
  readonly link: Link;
  /** Sessions she made; they end with her. */
  readonly administered = new Set<Session>();
  /** Her membership of the session she is in. */
  participant: Participant | undefined;
  /** Her session was closed, and she has not left it yet: LeaveSession is to succeed once (§6). */
  leftBehind = false;
  readonly #data = new Map<string, unknown>();

  constructor(id: string, name: string, link: Link) {
    this.id = id;
    this.name = name;
    this.link = link;
  }

  get data(): UserData {
    // Own properties, whatever their names.
    return Object.fromEntries(this.#data);
  }

  /** Keys that are there are replaced, others stay. */
  merge(data: object): UserData {
    for (const [key, value] of Object.entries(data)) this.#data.set(key, value);
    return this.data;
  }
}
