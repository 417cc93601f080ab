import type { RpcId } from './read-request.js';

/** What a client that comes back needs to know of its requests: which are answered, and which it may send again although they are. */
export class AnsweredRequests {
  #last: RpcId | undefined;
  /** Those that were there when the present connection came: the client may send them again. */
  #underWay: ReadonlySet<RpcId> = new Set();
  /** Of these, what has been answered. */
  #repeatable = new Set<RpcId>();

  /** The last one. */
  get last(): RpcId | undefined {
    return this.#last;
  }

  get repeatable(): readonly RpcId[] {
    return [...this.#repeatable];
  }

  /** Goes on with those of another process. */
  restore(last: RpcId | undefined, repeatable: readonly RpcId[] = []): void {
    this.#last = last;
    this.#repeatable = new Set(repeatable);
  }

  add(id: RpcId): void {
    this.#last = id;
    if (this.#underWay.has(id)) this.#repeatable.add(id);
  }

  /** The client has another connection. @param present what runs or waits. @param counts whether the client counts what it is told */
  clientIsBack(present: readonly RpcId[], counts: boolean): void {
    this.#underWay = new Set(counts ? [...this.#underWay, ...present] : []);
  }

  /** Whether the client sends a request again that was being served when it began to do so. */
  isAgain(id: RpcId): boolean {
    if (this.#underWay.has(id) || this.#repeatable.has(id)) return true;
    // Such ones come first: the client has sent them all.
    this.#underWay = new Set();
    this.#repeatable = new Set();
    return false;
  }
}
