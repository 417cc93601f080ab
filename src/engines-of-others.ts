import { displayedUrl } from '../media/displayed-url.js';
import type { MediaServer } from '../media/media-server.js';
import type { Placement } from '../media/placement.js';
import { announcedUrl } from './engine-login.js';

/** What is needed of a `KurentoEngine`. */
export interface GuestEngine extends MediaServer {
  /** The attempts go on when it rejects. */
  connect(): Promise<void>;
  close(): Promise<void>;
}

export interface EnginesOfOthersOptions {
  readonly clusterSecret: string;
  /** An engine at that URL, which holds its password. */
  readonly engineAt: (url: string) => GuestEngine;
  readonly placement: Pick<Placement, 'addGuest'>;
  /** In ms, from any beginning. */
  readonly now: () => number;
}

/** How often it is looked which engines there are, in ms. */
const lookMs = 1_000;
/** How long an engine is kept that nobody names and that carries nothing here, in ms: rooms of a dead node are taken over within it. */
const lingerMs = 60_000;

interface Guest {
  readonly announcement: string;
  readonly engine: GuestEngine;
  readonly remove: () => void;
  /** Since when nobody needs it. */
  unusedSince: number | undefined;
}

/**
 * Embedded engines of other nodes, for rooms that this node takes over from them (docs/decisions/0070-engines-of-other-nodes.md). It is
 * connected to them before that, since only nodes that reach the media servers of a room go on with it.
 */
export class EnginesOfOthers {
  readonly #options: EnginesOfOthersOptions;
  /** By URL without user and password. */
  readonly #guests = new Map<string, Guest>();
  readonly #ending = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: EnginesOfOthersOptions) {
    this.#options = options;
  }

  /** Those that carry something of this node. Their own node may be dead. */
  get used(): string[] {
    return [...this.#guests.values()].flatMap(({ announcement, engine }) => (isUsed(engine) ? [announcement] : []));
  }

  /** @param announced by the other nodes, at present */
  begin(announced: () => readonly string[]): void {
    this.#timer ??= setInterval(() => {
      this.look(announced());
    }, lookMs).unref();
  }

  /** @param announced as that of `begin` */
  look(announced: readonly string[]): void {
    for (const announcement of announced) this.#add(announcement);
    const named = new Set(announced);
    const now = this.#options.now();
    for (const [url, guest] of this.#guests) {
      if (named.has(guest.announcement) || isUsed(guest.engine)) guest.unusedSince = undefined;
      else if (now - (guest.unusedSince ??= now) >= lingerMs) this.#end(url, guest);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const [url, guest] of this.#guests) this.#end(url, guest);
    await Promise.all(this.#ending);
  }

  #add(announcement: string): void {
    const { clusterSecret, engineAt, placement } = this.#options;
    const url = announcedUrl(announcement, clusterSecret);
    if (url === undefined) return;
    const shown = displayedUrl(url);
    const present = this.#guests.get(shown);
    if (present?.announcement === announcement) return;
    // Another engine at the same address.
    if (present) this.#end(shown, present);
    const engine = engineAt(url);
    engine.connect().catch(() => undefined);
    this.#guests.set(shown, { announcement, engine, remove: placement.addGuest(engine), unusedSince: undefined });
  }

  #end(url: string, { engine, remove }: Guest): void {
    this.#guests.delete(url);
    remove();
    const ending: Promise<void> = engine.close().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}

function isUsed({ load }: GuestEngine): boolean {
  return load.pipelines > 0;
}
