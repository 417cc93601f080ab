import { ClientError } from './errors.js';
import type { Session } from './session.js';

/** What a moderator decides about us while we wait to be let in. */
export class Admission {
  /** Resolves when we are to ask again. Rejects with `denied`, `disconnected`, or what `cancel` is given. */
  readonly decided: Promise<void>;
  readonly #offs: readonly (() => void)[];
  #cancel: (error: ClientError) => void = () => undefined;

  /** Listens from now on. */
  constructor(session: Session) {
    let again: () => void = () => undefined;
    this.decided = new Promise((resolve, reject) => {
      again = resolve;
      this.#cancel = reject;
    });
    // Nobody may be waiting.
    this.decided.catch(() => undefined);
    this.#offs = [
      session.on('notification', ({ method, params }) => {
        if (method === 'admitted') again();
        else if (method === 'denied') this.#cancel(new ClientError('denied', params.reason));
      }),
      // The server has forgotten that we wait.
      session.on('renewed', again),
      session.on('lost', this.#cancel),
    ];
  }

  cancel(error: ClientError): void {
    this.#cancel(error);
  }

  stop(): void {
    for (const off of this.#offs) off();
  }
}
