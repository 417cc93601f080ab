import { z } from 'zod';
import type { Names } from './names.js';
import { ClusterError } from './cluster-error.js';
import { comparePositions, positionText, readPosition } from './position.js';
import type { Position } from './position.js';
import type { Command, Hub } from './redis.js';
import { claim } from './scripts/claim.js';
import { close } from './scripts/close.js';
import { commit } from './scripts/commit.js';
import { handover } from './scripts/handover.js';
import { owners } from './scripts/owners.js';
import { rewrite } from './scripts/rewrite.js';
import { areTexts, mapOf, texts } from './texts.js';

/** What a node is, for the rooms that it owns. */
export interface StoreSettings {
  readonly nodeId: string;
  /** Versions of journals that this node reads. */
  readonly reads: { readonly oldest: number; readonly newest: number };
  /** The version of the journals that it begins now. */
  readonly writes: number;
  /** How long the log of a closed room stays, in ms: RESUME_MS. */
  readonly resumeMs: number;
}

/** A node's right to a room, which ends when Redis has a higher epoch. */
export interface Ownership {
  readonly hash: string;
  readonly epoch: number;
}

export interface Owner {
  readonly node: string;
  readonly epoch: number;
  /** Where the log of former owners ends, if that is known: what is told next comes after the beginning of this one. */
  readonly logEnd?: Position | undefined;
}

/** An owner, and up to where Redis has its log. */
export interface OwnerInRedis extends Owner {
  readonly seq: number;
}

export type Claim =
  /** `seq` is 0 unless the node owned the room before. `state`: texts by field. */
  | {
      readonly type: 'mine';
      readonly epoch: number;
      readonly seq: number;
      readonly version: number;
      readonly state: ReadonlyMap<string, string>;
      /** As `Owner.logEnd`. */
      readonly logEnd?: Position | undefined;
      /** What lists say of the room, if they do. */
      readonly summary?: string | undefined;
    }
  | { readonly type: 'other'; readonly owner: Owner }
  /** Nobody alive owns the room, and this node cannot read it. */
  | { readonly type: 'version'; readonly version: number };

/** A frame that was told to sessions of a room. */
export interface LoggedFrame {
  readonly at: Position;
  /** To which sessions: `*`, `!3,4` (all but these) or `1,5`. */
  readonly slots: string;
  readonly frame: string;
}

export type Entry = Pick<LoggedFrame, 'slots' | 'frame'>;

/** A message to a node. */
export interface Send {
  readonly node: string;
  readonly text: string;
}

export interface Sessions {
  /** Ids whose sessions are found by this room from now on, or longer. */
  readonly keep: readonly string[];
  /** Those that are found by another room now stay. */
  readonly forget: readonly string[];
}

export interface Commit {
  /** Entries are numbered from here. */
  readonly from: number;
  /** Where the next commit begins. */
  readonly to: number;
  /** Texts by field; undefined removes it. */
  readonly changes: ReadonlyMap<string, string | undefined>;
  readonly entries: readonly Entry[];
  readonly sends: readonly Send[];
  readonly sessions: Sessions;
  /** What lists say of the room; undefined when that has not changed. */
  readonly summary: string | undefined;
  /** The log loses what is before. What is at this position stays there, and says where the log begins. */
  readonly trim: Position | undefined;
}

/** A room as a whole, as its owner knows it. */
export interface WholeRoom {
  readonly name: string;
  readonly version: number;
  readonly seq: number;
  readonly state: ReadonlyMap<string, string>;
  /** What Redis may have lost of it. */
  readonly log: readonly LoggedFrame[];
  readonly sends: readonly Send[];
  readonly sessions: readonly string[];
  readonly summary: string | undefined;
}

/** The field of the state that says up to where frames have left the log. The last of these is in Redis still, see `Commit.trim`. */
export const trimmedField = 'trimmed';

/** What the channel of the rooms is told. `s` is the summary; without one the room was closed. */
export const roomsMessage = z.object({ v: z.literal(1), r: z.string(), s: z.string().optional() });

/** The rooms in Redis. All that is written goes through scripts that check who owns the room. */
export class RoomStore {
  readonly #hub: Hub;
  readonly #names: Names;
  readonly #settings: StoreSettings;

  constructor(hub: Hub, names: Names, settings: StoreSettings) {
    this.#hub = hub;
    this.#names = names;
    this.#settings = settings;
  }

  /** Of the node that writes with it. */
  get nodeId(): string {
    return this.#settings.nodeId;
  }

  /**
   * Takes a room that nobody owns.
   * @param seen a node that is dead: its room is taken too. Such a claim must not be sent again after the connection was lost, since nobody
   * seems to be alive after a restart of Redis.
   */
  async claim(hash: string, name: string, seen = ''): Promise<Claim> {
    const { nodeId, reads, writes } = this.#settings;
    const names = this.#names;
    const answer = await this.#hub.run(
      claim,
      [
        ...this.#keys(hash),
        names.roomsOf(nodeId),
        names.roomsOf(seen),
        names.node(seen),
        names.bans(hash),
        names.rooms,
      ],
      [hash, name, nodeId, seen, names.channelOf(seen), reads.oldest, reads.newest, writes],
    );
    return readClaim(answer);
  }

  /** @returns the nodes that nobody heard at. @throws ClusterError */
  async commit({ hash, epoch }: Ownership, turn: Commit): Promise<string[]> {
    const changes = [...turn.changes];
    const deaf = await this.#hub.run(
      commit,
      [...this.#keys(hash), this.#names.rooms],
      [
        ...[epoch, this.#settings.nodeId, turn.from, turn.to, hash, this.#names.roomsChannel, sessionMs],
        turn.trim ? positionText(turn.trim) : '',
        ...summaryArgs(hash, turn.summary),
        ...counted(changes.flatMap(([field, text]) => (text === undefined ? [] : [[field, text]]))),
        ...counted(changes.flatMap(([field, text]) => (text === undefined ? [[field]] : []))),
        ...counted(turn.entries.map(({ slots, frame }) => [slots, frame])),
        ...counted(turn.sessions.keep.map((id) => [this.#names.session(id)])),
        ...counted(turn.sessions.forget.map((id) => [this.#names.session(id)])),
        ...counted(turn.sends.map(({ node, text }) => [this.#names.channelOf(node), text])),
      ],
    );
    await this.#hub.replicated();
    return this.#nodesOf(deaf);
  }

  /** After GAP and GONE. @returns as `commit`. @throws ClusterError */
  async rewrite({ hash, epoch }: Ownership, room: WholeRoom): Promise<string[]> {
    const names = this.#names;
    const { nodeId } = this.#settings;
    const deaf = await this.#hub.run(
      rewrite,
      [...this.#keys(hash), names.rooms, names.roomsOf(nodeId)],
      [
        ...[epoch, nodeId, room.seq, room.version, hash, names.roomsChannel, sessionMs, room.name, names.nodePrefix],
        ...summaryArgs(hash, room.summary),
        ...counted([...room.state]),
        ...counted(room.log.map(({ at, slots, frame }) => [positionText(at), slots, frame])),
        ...counted(room.sessions.map((id) => [names.session(id)])),
        ...counted(room.sends.map(({ node, text }) => [names.channelOf(node), text])),
      ],
    );
    await this.#hub.replicated();
    return this.#nodesOf(deaf);
  }

  /** @param seq up to which all is committed. @returns the epoch of the other node. @throws ClusterError */
  async handover({ hash, epoch }: Ownership, seq: number, to: string): Promise<number> {
    const names = this.#names;
    const { nodeId } = this.#settings;
    const keys = [names.owner(hash), names.log(hash), names.roomsOf(nodeId), names.roomsOf(to), names.node(to)];
    return z.number().parse(await this.#hub.run(handover, keys, [epoch, nodeId, seq, to, hash]));
  }

  /** @throws ClusterError */
  async close({ hash, epoch }: Ownership): Promise<void> {
    const names = this.#names;
    const { nodeId, resumeMs } = this.#settings;
    await this.#hub.run(
      close,
      [...this.#keys(hash), names.rooms, names.roomsOf(nodeId), names.bans(hash)],
      [epoch, nodeId, hash, resumeMs, names.roomsChannel, messageOf(hash), names.nodePrefix],
    );
  }

  /** Undefined for a room without an owner. */
  async ownerOf(hash: string): Promise<Owner | undefined> {
    return ownerAnswer.parse(await this.#hub.call('HMGET', this.#names.owner(hash), 'node', 'epoch'));
  }

  /** As `ownerOf`, of many rooms at once, with the ends of their logs. */
  async lookUp(hashes: readonly string[]): Promise<(Owner | undefined)[]> {
    const keys = hashes.map((hash) => this.#names.owner(hash));
    const answers = lookedUpAnswer.parse(await this.#hub.run(owners, keys, []));
    return answers.map(([node, epoch, former]) =>
      node === null || epoch === null ? undefined : { node, epoch, ...logEndOf(former ?? '', epoch) },
    );
  }

  /** As `ownerOf`, with the name of the room. */
  async ownedRoom(hash: string): Promise<{ readonly owner: Owner; readonly name: string } | undefined> {
    const [node, epoch, name] = ownedAnswer.parse(
      await this.#hub.call('HMGET', this.#names.owner(hash), 'node', 'epoch', 'room'),
    );
    return node === null || epoch === null || name === null ? undefined : { owner: { node, epoch }, name };
  }

  /** The hash of the room in which a session is; undefined: there is none of that id. */
  async roomOf(session: string): Promise<string | undefined> {
    return z
      .string()
      .nullable()
      .transform((hash) => hash ?? undefined)
      .parse(await this.#hub.call('GET', this.#names.session(session)));
  }

  /** As `ownerOf`, of many rooms at once. */
  async ownersOf(hashes: readonly string[]): Promise<(OwnerInRedis | undefined)[]> {
    const answers = await this.#hub.all(
      hashes.map((hash) => ['HMGET', this.#names.owner(hash), 'node', 'epoch', 'seq']),
    );
    return z.array(ownerInRedisAnswer).parse(answers);
  }

  /** What was told after a position, the oldest first. @param limit fewer are read only where there are no more */
  async logAfter(hash: string, position: Position, limit: number): Promise<readonly LoggedFrame[]> {
    return this.#readLog(hash, position, limit, async (range) => this.#hub.call(...range));
  }

  /**
   * As `logAfter`. Undefined when the log may have lost some of it: it begins later. This holds also after the room was closed, or Redis has
   * lost something. @throws ClusterError GONE when there is no log
   */
  async logSince(hash: string, position: Position, limit: number): Promise<readonly LoggedFrame[] | undefined> {
    let begin: Position | undefined;
    const frames = await this.#readLog(hash, position, limit, async (range) => {
      // What leaves the log before it is read is not its beginning after that.
      const [entries, first] = await this.#hub.all([range, ['XRANGE', this.#names.log(hash), '-', '+', 'COUNT', 1]]);
      begin = logAnswer.parse(first)[0]?.at;
      return entries;
    });
    if (!begin) throw new ClusterError('GONE', 'the room has no log');
    return comparePositions(position, begin) < 0 ? undefined : frames;
  }

  async #readLog(
    hash: string,
    { epoch, seq }: Position,
    limit: number,
    read: (range: Command) => Promise<unknown>,
  ): Promise<readonly LoggedFrame[]> {
    const frames: LoggedFrame[] = [];
    let after: Position = { epoch, seq };
    for (;;) {
      const range: Command = ['XRANGE', this.#names.log(hash), `(${positionText(after)}`, '+', 'COUNT', limit];
      const entries = logAnswer.parse(await read(range));
      for (const { at, fields } of entries) {
        const [slots, frame] = [fields.get('s'), fields.get('f')];
        if (slots !== undefined && frame !== undefined) frames.push({ at, slots, frame });
        after = at;
      }
      // Some entries only say who has become the owner.
      if (entries.length < limit || frames.length >= limit) return frames;
    }
  }

  #keys(hash: string): string[] {
    return [this.#names.owner(hash), this.#names.state(hash), this.#names.log(hash)];
  }

  #nodesOf(answer: unknown): string[] {
    // Nearly always, and it is asked at each commit.
    if (Array.isArray(answer) && answer.length === 0) return [];
    const start = this.#names.channelOf('').length;
    return z
      .array(z.string())
      .parse(answer)
      .map((channel) => channel.slice(start));
  }
}

/** How long a session is found by its id, in ms. Its room renews it hourly. */
const sessionMs = 86_400_000;

/** A list for a script: its length, then its items. */
function counted(items: readonly (readonly string[])[]): (string | number)[] {
  return [items.length, ...items.flat()];
}

function summaryArgs(hash: string, summary: string | undefined): string[] {
  return summary === undefined ? ['', ''] : [summary, messageOf(hash, summary)];
}

function messageOf(hash: string, summary?: string): string {
  return JSON.stringify({ v: 1, r: hash, s: summary } satisfies z.input<typeof roomsMessage>);
}

/** Read by hand where it is long, since a node that takes rooms over reads one for each of them. */
function readClaim(answer: unknown): Claim {
  if (!Array.isArray(answer) || answer[0] !== 'mine') return otherClaim.parse(answer);
  const [type, epoch, seq, version, fields, former, summary] = mineAnswer.parse(answer);
  const state = mapOf(fields);
  return {
    ...{ type, epoch, seq, version, state },
    ...logEndOf(former, epoch),
    ...(summary !== '' && { summary }),
  };
}

/** @param former as the script `claim` keeps it. Of another epoch, it is not known: Redis has lost something, or an older node has claimed */
function logEndOf(former: string, epoch: number): Pick<Owner, 'logEnd'> {
  const [at = '', last = ''] = former.split(' ');
  const logEnd = Number(at) === epoch ? readPosition(last) : undefined;
  return logEnd ? { logEnd } : {};
}

const mineAnswer = z.tuple([
  z.literal('mine'),
  z.number(),
  z.number(),
  z.number(),
  z.custom<readonly string[]>(areTexts),
  z.string(),
  z.string(),
]);

const otherClaim = z.union([
  z
    .tuple([z.literal('other'), z.string(), z.number()])
    .transform(([type, node, epoch]): Claim => ({ type, owner: { node, epoch } })),
  z.tuple([z.literal('version'), z.string(), z.number()]).transform(([type, , version]): Claim => ({ type, version })),
]);

const ownerAnswer = z
  .tuple([z.string().nullable(), z.coerce.number().nullable()])
  .transform(([node, epoch]): Owner | undefined => (node === null || epoch === null ? undefined : { node, epoch }));

const ownerInRedisAnswer = z
  .tuple([z.string().nullable(), z.coerce.number().nullable(), z.coerce.number()])
  .transform(([node, epoch, seq]): OwnerInRedis | undefined =>
    node === null || epoch === null ? undefined : { node, epoch, seq },
  );

const lookedUpAnswer = z.array(z.tuple([z.string().nullable(), z.coerce.number().nullable(), z.string().nullable()]));

const ownedAnswer = z.tuple([z.string().nullable(), z.coerce.number().nullable(), z.string().nullable()]);

const logAnswer = z.array(
  z.tuple([z.string(), texts]).transform(([id, fields], context) => {
    const [epoch = Number.NaN, seq = Number.NaN] = id.split('-').map(Number);
    if (Number.isNaN(epoch) || Number.isNaN(seq)) context.addIssue('must be an id of a stream');
    return { at: { epoch, seq }, fields };
  }),
);
