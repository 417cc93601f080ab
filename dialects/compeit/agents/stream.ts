import type { IceCandidate } from '../../../media/port.js';
import { Patience } from '../../../transport/gate/patience.js';

/** How many candidates are kept until the answer is sent; an endpoint of the media server has no more. */
const maxHeld = 64;

export interface StreamListener {
  candidate(candidate: IceCandidate): void;
  /** The connection was established. */
  started(): void;
  /** The connection was established and has been down for longer than `lostAfterMs`. */
  mediaLost(): void;
}

/** One peer connection between a page and the server, from its offer to its end. */
export class Stream {
  readonly #listener: StreamListener;
  readonly #lostAfterMs: number;
  #held: IceCandidate[] | undefined = [];
  #wasUp = false;
  #isUp = false;
  #patience: Patience | undefined;
  #over = false;

  /** @param lostAfterMs how long the connection may be down */
  constructor(lostAfterMs: number, listener: StreamListener) {
    this.#lostAfterMs = lostAfterMs;
    this.#listener = listener;
  }

  /** Whether the answer was sent. */
  get answered(): boolean {
    return this.#held === undefined;
  }

  /** Called when the answer was sent. Candidates follow it. */
  answer(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const candidate of held) this.#listener.candidate(candidate);
    if (this.#isUp) this.#start();
  }

  /** Called when the media server has found a candidate. */
  found(candidate: IceCandidate): void {
    if (this.#over) return;
    if (!this.#held) this.#listener.candidate(candidate);
    else if (this.#held.length < maxHeld) this.#held.push(candidate);
  }

  readonly connectionChanged = (connected: boolean): void => {
    if (this.#over) return;
    this.#isUp = connected;
    this.#patience?.stop();
    if (connected) {
      if (this.answered) this.#start();
    } else if (this.#wasUp) {
      // What the media server told while this server was stopped is read first.
      this.#patience = new Patience(this.#lostAfterMs, () => {
        this.#wasUp = false;
        this.#listener.mediaLost();
      });
    }
  };

  /** Ends the stream. The listener is not called any more. */
  end(): void {
    this.#over = true;
    this.#patience?.stop();
  }

  #start(): void {
    if (this.#wasUp) return;
    this.#wasUp = true;
    this.#listener.started();
  }
}
