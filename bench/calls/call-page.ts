/** What page/call.ts offers to the bench that loads it. */

/** How the media goes: from page to page, or through the server. */
export type Way = 'direct' | 'server';

export interface CallPage {
  /** Joins the room; the one who sends also publishes, where there is a server to publish to. */
  join(way: Way, room: string, user: string, sends: boolean): Promise<void>;
  /** Asks for the other one's stream. Resolves with the ms from the question to the first frame on the screen. */
  receive(): Promise<number>;
  received(): Promise<Received>;
  leave(): Promise<void>;
}

/** Running totals of the stream that is received. */
export interface Received {
  readonly bytes: number;
  readonly framesDecoded: number;
  /** How often the receiver asked for packets that it missed. */
  readonly nacks: number;
  /** In seconds, as the browser counts it (W3C webrtc-stats, totalFreezesDuration). */
  readonly frozen: number;
  /** Ms since the page was loaded, when these were read. */
  readonly at: number;
}
