import type { Connection } from '../../transport/connection.js';
import { textFrame } from '../../transport/frame.js';
import type { Group } from './group.js';
import type { Identity } from './identity.js';
import type { ProtocolVersion, Notice } from './protocol-version.js';
import type { EncodedNotice } from './encoded-notice.js';

export interface ClientFields {
  readonly name: string;
  readonly nickname: string | null;
  readonly uuid: string;
  readonly tags: readonly string[];
}

/** A client that has identified itself, until it leaves. */
export class Client implements Identity {
  readonly name: string;
  readonly uuid: string;
  readonly json: string;
  readonly version: ProtocolVersion;
  readonly #connection: Connection;
  /** The groups that end when this client leaves. */
  readonly owned = new Set<Group>();
  readonly subscriptions = new Set<Group>();

  constructor({ name, nickname, uuid, tags }: ClientFields, version: ProtocolVersion, to: Connection) {
    this.name = name;
    this.uuid = uuid;
    this.json = JSON.stringify({ name, nickname, uuid, tags });
    this.version = version;
    this.#connection = to;
  }

  get address(): string {
    return this.#connection.address;
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
