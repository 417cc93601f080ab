import type { Wish } from '../../load/synthetic-participant.js';

/** Between the bench and the process that holds the people of a call. */

/** One who receives all the others. The rest only send. */
export interface CallReceiver {
  /** Their number in the call. */
  readonly person: number;
  /** By the number of the other. Empty: they say nothing, and get what is sent. */
  readonly wishes: Readonly<Record<number, Wish>>;
}

export type CallCommand =
  /** Everybody joins, sends sound and a picture in so many sizes, and says what they want. Answered by `met`. */
  | {
      readonly type: 'meet';
      /** Of the room protocol. */
      readonly url: string;
      readonly people: number;
      readonly layers: number;
      readonly receivers: readonly CallReceiver[];
    }
  /** Answered by `counted`. */
  | { readonly type: 'count'; readonly ms: number };

export type CallReport =
  | { readonly type: 'ready' }
  | { readonly type: 'met' }
  /** In the order of `CallCommand.receivers`. */
  | { readonly type: 'counted'; readonly ms: number; readonly receivers: readonly Counted[] }
  | { readonly type: 'failed'; readonly reason: string };

/** What came to one receiver. */
export interface Counted {
  readonly packets: number;
  readonly bytes: number;
  /** Missing between those that came. */
  readonly lost: number;
}
