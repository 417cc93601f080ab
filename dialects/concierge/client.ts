import type { Connection } from '../../transport/connection.js';
import { textFrame } from '../../transport/frame.js';
import type { Group } from './group.js';
import { Identity } from './identity.js';
import type { Language, Notice } from './language.js';
import type { Telling } from './telling.js';

/** A client that has identified itself, until it leaves. */
export class Client extends Identity {
  readonly language: Language;
  readonly #connection: Connection;
  /** The groups it ends with it. */
  readonly owned = new Set<Group>();
  readonly subscriptions = new Set<Group>();

  constructor(
    identity: readonly [string, string | null, string, readonly string[]],
    language: Language,
    to: Connection,
  ) {
    super(...identity);
    this.language = language;
    this.#connection = to;
  }

  get remoteAddress(): string | undefined {
    return this.#connection.remoteAddress;
  }

  hear(telling: Telling): void {
    const frame = telling.in(this.language);
    if (frame) this.#connection.send(frame);
  }

  /** What concerns this client alone. */
  tell(notice: Notice): void {
    const text = this.language.tell(notice);
    if (text !== undefined) this.#connection.send(textFrame(text));
  }
}
