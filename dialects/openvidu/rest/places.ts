import type { RoomElsewhere, RoomOwners } from '../../dialect.js';
import type { RoomNames } from '../../room-names.js';
import { RoomError } from '../../../rooms/index.js';
import type { Rooms } from '../../../rooms/index.js';
import { ovAnswer, ovRequest } from './request.js';
import type { OvAnswer, OvRequest } from './request.js';

export interface PlacesContext {
  readonly rooms: Pick<Rooms, 'find'>;
  readonly names: RoomNames;
  /** Undefined: there are no other nodes. */
  readonly owners: RoomOwners | undefined;
  readonly elsewhere: (() => Promise<readonly RoomElsewhere[]>) | undefined;
  /** The name of the dialect. */
  readonly dialect: string;
}

interface Placed {
  /** The id of the session that it is about. */
  readonly session: string;
  readonly request: OvRequest;
  /** Whether it changes something. */
  readonly changes: boolean;
  readonly isPassed: boolean;
}

/** How many sessions of other nodes are asked about at a time. */
const atATime = 50;

/** Where requests are served: each at the node that has the room of its session. */
export class Places {
  readonly #context: PlacesContext;

  constructor(context: PlacesContext) {
    this.#context = context;
  }

  /** A session that nobody has is here. @throws RoomError `interrupted` when its node cannot be reached; and as `here` */
  async serve(placed: Placed, here: () => Promise<OvAnswer>): Promise<OvAnswer> {
    const { owners, rooms } = this.#context;
    const key = this.#keyOf(placed.session);
    if (!owners || key === undefined) return here();
    assertUp(owners);
    // The other node has found the room here. So a request goes from one node to another at most.
    if (!placed.isPassed && !rooms.find(key)) {
      const given = await this.#pass(owners, key, placed.request);
      if (given) return given;
    }
    let answer: OvAnswer;
    try {
      answer = await here();
    } catch (error) {
      // Meanwhile another node has opened the room that this one was to open.
      const isTaken = error instanceof RoomError && error.code === 'interrupted' && !placed.isPassed;
      const given = isTaken ? await this.#pass(owners, key, placed.request) : undefined;
      if (given) return given;
      throw error;
    }
    if (placed.changes) await owners.kept(key);
    return answer;
  }

  /** Each session of other nodes, as that shows it. @param request for one of them, by its id */
  async ofOthers(request: (session: string) => OvRequest): Promise<readonly unknown[]> {
    const { owners, elsewhere, names, dialect } = this.#context;
    if (!owners || !elsewhere) return [];
    assertUp(owners);
    const keys = (await elsewhere()).flatMap(({ name, keptFor }) =>
      keptFor?.includes(dialect) === true ? [name] : [],
    );
    const found: unknown[] = [];
    for (let at = 0; at < keys.length; at += atATime) {
      const some = keys.slice(at, at + atATime).map(async (key) => {
        const id = names.nameOf(key);
        const given = id === undefined ? undefined : await this.#pass(owners, key, request(id));
        // One that has ended since it was listed.
        return given?.status === 200 ? [given.json] : [];
      });
      found.push(...(await Promise.all(some)).flat());
    }
    return found;
  }

  async #pass(owners: RoomOwners, key: string, request: OvRequest): Promise<OvAnswer | undefined> {
    const text = await owners.ask(key, JSON.stringify(request));
    return text === undefined ? undefined : ovAnswer.parse(JSON.parse(text));
  }

  /** Undefined for a name that no room of this dialect can have. */
  #keyOf(session: string): string | undefined {
    try {
      return this.#context.names.keyOf(session);
    } catch {
      return undefined;
    }
  }
}

/** @throws ZodError, SyntaxError for what is no request */
export function readPassed(text: string): OvRequest {
  return ovRequest.parse(JSON.parse(text));
}

function assertUp({ isUp }: RoomOwners): void {
  if (!isUp) throw new RoomError('interrupted', 'This server waits for Redis', { retry: true });
}
