import type { Bearer, Room } from '../../rooms/index.js';
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
  /** What it has shown. */
  readonly bearer: Bearer;
}

/** A client that has identified itself, until it leaves. */
export class Client implements Identity {
  readonly name: string;
  readonly uuid: string;
  readonly json: string;
  readonly bearer: Bearer;
  #version: ProtocolVersion;
  readonly #older: ProtocolVersion | undefined;
  readonly #connection: Connection;
  /** The groups that end when this client leaves. */
  readonly owned = new Set<Group>();
  readonly subscriptions = new Set<Group>();
  /** The rooms from which it was removed and in which it has not been since. */
  readonly removedFrom = new Set<Room>();

  /** @param older what the client speaks when it turns out to be of July 2020; undefined: the same */
  constructor(
    { name, nickname, uuid, tags, bearer }: ClientFields,
    version: ProtocolVersion,
    to: Connection,
    older?: ProtocolVersion,
  ) {
    this.name = name;
    this.uuid = uuid;
    this.bearer = bearer;
    this.json = JSON.stringify({ name, nickname, uuid, tags });
    this.#version = version;
    this.#older = older;
    this.#connection = to;
  }

  get version(): ProtocolVersion {
    return this.#version;
  }

  /** Called when the client has sent a request that later clients do not have. */
  isOlder(): void {
    if (this.#older) this.#version = this.#older;
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
