import type { Connection } from '../../transport/connection.js';
import { textFrame } from '../../transport/frame.js';
import type { Group } from './group.js';
import { Identity } from './identity.js';
import type { ProtocolVersion, Notice } from './protocol-version.js';
import type { EncodedNotice } from './encoded-notice.js';

/** A client that has identified itself, until it leaves. */
export class Client extends Identity {
  readonly version: ProtocolVersion;
  readonly #connection: Connection;
  /** The groups that end when this client leaves. */
  readonly owned = new Set<Group>();
  readonly subscriptions = new Set<Group>();

  constructor(
    identity: readonly [string, string | null, string, readonly string[]],
    version: ProtocolVersion,
    to: Connection,
  ) {
    super(...identity);
    this.version = version;
    this.#connection = to;
  }

  get remoteAddress(): string | undefined {
    return this.#connection.remoteAddress;
  }

  hear(encoded: EncodedNotice): void {
    const frame = encoded.in(this.version);
    if (frame) this.#connection.send(frame);
  }

  /** Tells this client alone. */
  tell(notice: Notice): void {
    const text = this.version.tell(notice);
    if (text !== undefined) this.#connection.send(textFrame(text));
  }
}
