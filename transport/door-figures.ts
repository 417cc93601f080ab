import { Durations } from '../durations.js';
import { Tally } from '../tally.js';

/** A client that is connected, as far as figures and the log need it. */
export interface Visitor {
  /** Its IP address. */
  readonly address: string;
  /** Bytes that wait for it now. */
  readonly waiting: number;
}

/** Hears of clients that come and go, and of what they ask for. */
export interface VisitorLog {
  came(door: string, address: string): void;
  /** @param ms how long it was connected */
  went(door: string, address: string, ms: number, reason: string): void;
  /** A request was answered. @param error the code of the answer; undefined when it was served */
  answered(door: string, request: string, ms: number, error: string | undefined): void;
}

/** What one door has done since the start: plain numbers, which whoever does something counts up, and a reader looks at when it wants to. */
export class DoorFigures {
  /** The name of the protocol. */
  readonly door: string;
  /** Messages of clients, and their bytes without frames. */
  received = 0;
  receivedBytes = 0;
  /** The same to clients. */
  sent = 0;
  sentBytes = 0;
  /** Clients that were dropped, since too much waited for them. */
  slowReaders = 0;
  /** Sessions that a client came back to. */
  resumed = 0;
  /** Errors that clients were answered, by the code of the protocol. */
  readonly errors = new Tally<readonly [code: string]>();
  /** How long requests took, by the name of the request. */
  readonly answers = new Map<string, Durations>();
  #came = 0;
  readonly #visitors = new Set<Visitor>();
  readonly #log: VisitorLog | undefined;

  /** @param log Default: nobody hears of it */
  constructor(door: string, log?: VisitorLog) {
    this.door = door;
    this.#log = log;
  }

  /** Clients that have come. */
  get came(): number {
    return this.#came;
  }

  /** Bytes that wait for all clients together. */
  get queuedBytes(): number {
    let sum = 0;
    for (const { waiting } of this.#visitors) sum += waiting;
    return sum;
  }

  /** A client has come. @returns what is called when it is gone; the second time it does nothing */
  enter(visitor: Visitor): (reason: string) => void {
    const began = performance.now();
    this.#came += 1;
    this.#visitors.add(visitor);
    this.#log?.came(this.door, visitor.address);
    return (reason) => {
      if (!this.#visitors.delete(visitor)) return;
      this.#log?.went(this.door, visitor.address, performance.now() - began, reason);
    };
  }

  /** A request was answered. @param method of a closed list. @param error the code of the answer; undefined when it was served */
  answered(method: string, ms: number, error?: string): void {
    if (error !== undefined) this.errors.add(error);
    this.#log?.answered(this.door, method, ms, error);
    let durations = this.answers.get(method);
    if (!durations) this.answers.set(method, (durations = new Durations()));
    durations.took(ms);
  }
}
