import type { Log } from '../../log.js';
import type { Client } from './client.js';
import { ending, endingLife, forgetting, marksIn, pausingLife, showingLife } from './owner.js';
import type { LifeMark, Marks, Owner } from './owner.js';
import { isRunning } from '../../process-mark.js';

/** Servers that share their rooms. */
export interface Company {
  /** This server among them. */
  readonly node: string;
  /** Whether that one is dead, and others have adopted what its rooms had. */
  hasGone(node: string): boolean;
  /** Whether others have adopted by now what they need of that which this server let go then (`performance.now()`). */
  haveAdopted(since: number): boolean;
}

export interface Beats {
  /** Time between two signs of life, in ms. Default: 5000. */
  readonly beatMs?: number | undefined;
  /** After so many beats of ours without one of theirs, a server that cannot be asked otherwise counts as dead. Default: 12. */
  readonly stillBeats?: number | undefined;
  /**
   * After so many, the tags of a server of another name are removed, so that they do not become more for ever. Default: 720, an hour.
   * Its pipelines are left to the media server, which collects them in minutes.
   */
  readonly forgetBeats?: number | undefined;
  /**
   * Whether other servers may take over what a killed one has left. Then its pipelines stay for `stillBeats`, even where the system tells
   * that its process is gone. Default: they are released at once there.
   */
  readonly othersAdopt?: boolean | undefined;
  /** The others that share rooms with this server, once they are known. What they have left is released, whatever their names. Default: nobody. */
  readonly company?: (() => Company | undefined) | undefined;
  /** Nothing is released before it has settled: what a former life has left may still be adopted. Default: nothing is waited for. */
  readonly releaseAfter?: Promise<unknown> | undefined;
}

export interface LeftPipelinesOptions extends Beats {
  readonly owner: Owner;
  readonly client: Pick<Client, 'owns' | 'letGoAt' | 'letsGo' | 'tagsPipelines' | 'transaction'>;
  readonly log: Log;
}

/** What nobody needs any more. */
interface Left {
  readonly pipelines: readonly string[];
  /** Their tags are removed. */
  readonly forgotten: readonly string[];
  readonly lives: readonly string[];
}

/**
 * Releases what nobody else will: pipelines of a server of the same name that was killed, and our own that were made for a call
 * which had failed by then. Shows others that we live, so that they leave ours alone
 * (docs/media.md#what-a-killed-server-leaves).
 */
export class LeftPipelines {
  readonly #owner: Owner;
  readonly #client: LeftPipelinesOptions['client'];
  readonly #beatMs: number;
  readonly #stillBeats: number;
  readonly #forgetBeats: number;
  readonly #othersAdopt: boolean;
  readonly #company: () => Company | undefined;
  readonly #log: Log;
  /** What is known of other lives: the last beat, and how many of our beats ago it was new. */
  #others = new Map<string, { readonly beat: number; readonly still: number }>();
  /** Pipelines that seemed to have no owner at the last beat. */
  #doubtful: ReadonlySet<string> = new Set();
  #beat = 0;
  #timer: NodeJS.Timeout | undefined;
  /** One for each time that the media server was reached; undefined while it is not. */
  #contact: object | undefined;
  #releasing = false;
  /** Until then nobody is judged. */
  #mayRelease: boolean;

  constructor(options: LeftPipelinesOptions) {
    const { owner, client, beatMs = 5_000, stillBeats = 12, forgetBeats = 720 } = options;
    const { othersAdopt = false, company = () => undefined, releaseAfter, log } = options;
    this.#owner = owner;
    this.#client = client;
    this.#beatMs = beatMs;
    this.#stillBeats = stillBeats;
    this.#forgetBeats = forgetBeats;
    this.#othersAdopt = othersAdopt;
    this.#company = company;
    this.#log = log;
    this.#mayRelease = releaseAfter === undefined;
    const allow = (): void => {
      this.#allow();
    };
    releaseAfter?.then(allow, allow);
  }

  /** Called when the media server is reached, before anything is made there. */
  reached(): void {
    this.outOfReach();
    if (!this.#client.tagsPipelines) {
      this.#log.warn('the media server takes no transactions: pipelines that a killed server leaves are not released');
      return;
    }
    const contact = {};
    this.#contact = contact;
    void this.#show(contact);
  }

  outOfReach(): void {
    clearTimeout(this.#timer);
    this.#contact = undefined;
    this.#others.clear();
    this.#doubtful = new Set();
  }

  /** Called when our pipelines are being released. Those that were let go have as long to be adopted as those of a killed server. */
  stop(): void {
    const reached = this.#contact !== undefined;
    this.outOfReach();
    if (!reached) return;
    const last = this.#client.letsGo
      ? pausingLife(this.#owner, this.#beat + 1, this.#company()?.node)
      : endingLife(this.#owner.life);
    this.#client.transaction('end of life', last).catch(() => undefined);
  }

  #allow(): void {
    this.#mayRelease = true;
    const contact = this.#contact;
    // Without a timer a beat is under way.
    if (!contact || !this.#timer) return;
    clearTimeout(this.#timer);
    void this.#show(contact);
  }

  async #show(contact: object): Promise<void> {
    this.#timer = undefined;
    const began = performance.now();
    this.#beat += 1;
    try {
      const sign = showingLife(this.#owner, this.#beat, this.#company()?.node);
      const [, tags] = await this.#client.transaction('sign of life', sign);
      if (this.#contact === contact && this.#mayRelease) {
        void this.#release(this.#judge(marksIn(tags), performance.now() - began), contact);
      }
    } catch (error) {
      this.#log.debug('no sign of life was left at the media server', { error });
    }
    if (this.#contact !== contact) return;
    this.#timer = setTimeout(() => void this.#show(contact), this.#beatMs);
  }

  #judge({ lives, pipelines }: Marks, tookMs: number): Left {
    const { name, life: ownLife } = this.#owner;
    const others = lives.filter(({ life }) => life !== ownLife);
    // A media server that hung did not let others show a sign of life either.
    this.#count(others, tookMs < this.#beatMs);
    const known = new Set(others.map(({ life }) => life));
    const gone = new Set(others.filter((other) => this.#isGone(other)).map(({ life }) => life));
    const over = new Set(others.filter((other) => gone.has(other.life) || this.#isOver(other)).map(({ life }) => life));
    const left: string[] = [];
    const doubtful = new Set<string>();
    const forgotten: string[] = [];
    for (const { id, server, life } of pipelines) {
      if (this.#client.owns(id)) continue;
      if (gone.has(life)) left.push(id);
      else if (server !== name) {
        if (over.has(life)) forgotten.push(id);
      } else if (over.has(life)) left.push(id);
      else if (life === ownLife ? this.#isLeft(id) : !known.has(life)) doubtful.add(id);
    }
    // One that is being made is known by the next beat. So is the life of a server that was stopped for a while.
    left.push(...[...doubtful].filter((id) => this.#doubtful.has(id)));
    this.#doubtful = doubtful;
    return { pipelines: left, forgotten, lives: [...over] };
  }

  #count(others: readonly LifeMark[], isPrompt: boolean): void {
    this.#others = new Map(
      others.map(({ life, beat }) => {
        const last = this.#others.get(life);
        return [life, { beat, still: isPrompt && last?.beat === beat ? last.still + 1 : 0 }];
      }),
    );
  }

  /** Of our own life, and not ours: whether nobody adopts it any more. */
  #isLeft(id: string): boolean {
    const since = this.#client.letGoAt(id);
    return since === undefined || this.#company()?.haveAdopted(since) === true;
  }

  #isGone({ node }: LifeMark): boolean {
    return node !== undefined && this.#company()?.hasGone(node) === true;
  }

  #isOver({ server, life, process }: LifeMark): boolean {
    const still = this.#others.get(life)?.still ?? 0;
    const runs = process && isRunning(process);
    if (server !== this.#owner.name) return runs !== true && still >= this.#forgetBeats;
    if (runs === true) return false;
    return still >= this.#stillBeats || (runs === false && !this.#othersAdopt);
  }

  /** One after the other, so that calls of our rooms get through in between. */
  async #release({ pipelines, forgotten, lives }: Left, contact: object): Promise<void> {
    if (this.#releasing || pipelines.length + forgotten.length + lives.length === 0) return;
    this.#releasing = true;
    try {
      let released = 0;
      for (const id of pipelines) {
        if (this.#contact !== contact) return;
        if (this.#client.owns(id)) continue;
        await this.#client.transaction('release what was left', ending(id));
        released += 1;
      }
      for (const requests of [...forgotten.map(forgetting), ...lives.map(endingLife)]) {
        if (this.#contact !== contact) return;
        await this.#client.transaction('forget what was left', requests);
      }
      if (released === 0) return;
      this.#log.info('pipelines that nobody used any more were released', {
        server: this.#owner.name,
        pipelines: released,
      });
    } catch (error) {
      this.#log.debug('what was left is released later', { error });
    } finally {
      this.#releasing = false;
    }
  }
}
