import type { RoomJournal } from '../journal.js';
import type { RequestMessage } from './messages.js';

/** Requests that wait because Redis does not answer, of all gateways. */
const mostHeld = 10_000;

/** What gateways send to the owner of a room: served at once, or kept in its order while this node may not serve. */
export class HeldRequests {
  readonly #journal: Pick<RoomJournal, 'hasRoom' | 'ready'>;
  readonly #isUp: () => boolean;
  readonly #serve: (message: RequestMessage) => void;
  #held: RequestMessage[] = [];
  #isWaiting = false;
  /** While the room is about to go to another node. */
  #isPaused = false;
  #hasEnded = false;

  /** @param isUp whether this node may act */
  constructor(
    journal: Pick<RoomJournal, 'hasRoom' | 'ready'>,
    isUp: () => boolean,
    serve: (message: RequestMessage) => void,
  ) {
    this.#journal = journal;
    this.#isUp = isUp;
    this.#serve = serve;
  }

  receive(message: RequestMessage): void {
    if (this.#hasEnded) return;
    if (this.#held.length === 0 && !this.#isPaused && this.#isUp() && this.#journal.hasRoom) {
      this.#serve(message);
      return;
    }
    if (this.#held.length < mostHeld) this.#held.push(message);
    this.serveHeld();
  }

  /** Serves what waits, as soon as the journal has room for it. For when this node may act again. */
  serveHeld(): void {
    if (this.#isWaiting || this.#hasEnded || this.#isPaused || !this.#isUp()) return;
    if (!this.#journal.hasRoom) {
      this.#isWaiting = true;
      const again = (): void => {
        this.#isWaiting = false;
        this.serveHeld();
      };
      this.#journal.ready().then(again, () => undefined);
      return;
    }
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.#serve(message);
  }

  /** What comes from now on waits. */
  pause(): void {
    this.#isPaused = true;
  }

  goOn(): void {
    this.#isPaused = false;
    this.serveHeld();
  }

  /** What waits is served no more, nor is what comes. */
  end(): void {
    this.#hasEnded = true;
  }
}
