/** The interface of page/call.ts for the bench. */

/** The way of the media: from page to page, or through the server. */
export type Way = 'direct' | 'server';

export interface CallPage {
  /** Joins the room. The sending page also publishes, if the media goes through the server. */
  join(way: Way, room: string, user: string, sends: boolean): Promise<void>;
  /** Requests the stream of the other page. Resolves with the ms from the request to the first frame on the screen. */
  receive(): Promise<number>;
  received(): Promise<Received>;
  leave(): Promise<void>;
}

/** Running totals of the stream that is received. */
export interface Received {
  readonly bytes: number;
  readonly framesDecoded: number;
  /** How often the receiver asked for lost packets. */
  readonly nacks: number;
  /** In seconds; totalFreezesDuration of W3C webrtc-stats. */
  readonly frozen: number;
  /** Ms since the page was loaded, when these were read. */
  readonly at: number;
}
