/** An event as it is sent. The same to every receiver, and the same in each try. */
export interface Notice {
  /** EV_… */
  readonly id: string;
  /** Its name in what is sent. */
  readonly event: string;
  /** Of one room the notices are sent in their order. Empty: about none. */
  readonly room: string;
  /** When it happened, in ms since 1970. */
  readonly at: number;
  /** JSON. */
  readonly body: string;
}

/** Why a notice was given up: its receiver did not take it in time, too many waited, or the server stopped or does not know the receiver any more. */
export type Death = 'too-old' | 'queue-full' | 'stopped';

/** Where notices are sent. Resolves when the receiver has taken it, and rejects with an Error in a few words. */
export type Post = (url: string, notice: Notice, signal: AbortSignal) => Promise<void>;
