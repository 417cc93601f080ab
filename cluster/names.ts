import { createHash } from 'node:crypto';

/**
 * What stands for a room in names of Redis: 22 characters, since names of rooms are text of any kind and length.
 * @param key of the room, as the rooms know it
 */
export function roomHash(key: string): string {
  if (key !== last?.key) last = { key, hash: createHash('sha256').update(key).digest('base64url').slice(0, 22) };
  return last.hash;
}

/** Asked for again for each session of a room that is restored. */
let last: { readonly key: string; readonly hash: string } | undefined;

/** What the keys and channels in Redis are called. */
export class Names {
  readonly #prefix: string;
  /** Node ids in the order of time: whom to look at. */
  readonly nodes: string;
  /** Summaries of rooms, by hash. */
  readonly rooms: string;
  /** Endpoints of media servers, by URL and node. */
  readonly load: string;
  /** The channel of what happens to the list of rooms. Its keys have other names: a key and a channel may share one. */
  readonly roomsChannel: string;

  /** @param prefix REDIS_PREFIX: all names begin with it */
  constructor(prefix: string) {
    this.#prefix = prefix;
    this.nodes = `${prefix}nodes`;
    this.rooms = `${prefix}rooms`;
    this.load = `${prefix}load`;
    this.roomsChannel = this.rooms;
  }

  owner(hash: string): string {
    return `${this.#prefix}{${hash}}:owner`;
  }

  state(hash: string): string {
    return `${this.#prefix}{${hash}}:state`;
  }

  log(hash: string): string {
    return `${this.#prefix}{${hash}}:log`;
  }

  /** What a room that is closed has left: who may not come into the next one of its name. */
  bans(hash: string): string {
    return `${this.#prefix}{${hash}}:bans`;
  }

  /** What names of nodes begin with. */
  get nodePrefix(): string {
    return `${this.#prefix}node:`;
  }

  node(id: string): string {
    return `${this.nodePrefix}${id}`;
  }

  /** The hashes of the rooms that a node owns. */
  roomsOf(id: string): string {
    return `${this.node(id)}:rooms`;
  }

  /** The room of a session that can be resumed. */
  session(id: string): string {
    return `${this.#prefix}session:${id}`;
  }

  /** The channel of what is sent to a node. */
  channelOf(id: string): string {
    return `${this.#prefix}to:${id}`;
  }
}
