import type { IceCandidate } from '../../../media/port.js';

/** Candidates kept until the answer is out; the media server has no more of one endpoint. */
const maxHeld = 64;

export interface StreamListener {
  candidate(candidate: IceCandidate): void;
  /** The connection has come up. */
  started(): void;
  /** It was up, and has been down for as long as it may. */
  lost(): void;
}

/** One peer connection between a page and the server: from its offer to its end. */
export class Stream {
  readonly #listener: StreamListener;
  readonly #lostAfterMs: number;
  #held: IceCandidate[] | undefined = [];
  #wasUp = false;
  #isUp = false;
  #impatience: NodeJS.Timeout | undefined;
  #over = false;

  /** @param lostAfterMs how long it may be down */
  constructor(lostAfterMs: number, listener: StreamListener) {
    this.#lostAfterMs = lostAfterMs;
    this.#listener = listener;
  }

  /** Whether its answer is out. */
  get answered(): boolean {
    return this.#held === undefined;
  }

  /** Called when the answer has been sent: candidates come after it. */
  answer(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const candidate of held) this.#listener.candidate(candidate);
    if (this.#isUp) this.#start();
  }

  /** The media server's side has one. */
  found(candidate: IceCandidate): void {
    if (this.#over) return;
    if (!this.#held) this.#listener.candidate(candidate);
    else if (this.#held.length < maxHeld) this.#held.push(candidate);
  }

  readonly connectionChanged = (connected: boolean): void => {
    if (this.#over) return;
    this.#isUp = connected;
    clearTimeout(this.#impatience);
    if (connected) {
      if (this.answered) this.#start();
    } else if (this.#wasUp) {
      this.#impatience = setTimeout(() => {
        this.#wasUp = false;
        this.#listener.lost();
      }, this.#lostAfterMs).unref();
    }
  };

  /** Nothing is heard of it any more. */
  end(): void {
    this.#over = true;
    clearTimeout(this.#impatience);
  }

  #start(): void {
    if (this.#wasUp) return;
    this.#wasUp = true;
    this.#listener.started();
  }
}
