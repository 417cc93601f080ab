import type { ResumedSession } from './call.js';
import type { Request } from './read-request.js';

/** Where the session of a connection is: in this process, or at the owner of its room. */
export interface Place {
  /** The id of the session; it is made when first asked for. */
  readonly id: string;
  /** As `id`; undefined before there is a session. */
  readonly presentId: string | undefined;
  /** As `CallingLink.isIn`. */
  readonly isIn: boolean;
  /** Takes a request that is to run after those that came before. @param text of its frame */
  accept(request: Request, text: string): void;
  /** As `CallingLink.resume`. */
  resume(sessionId: string, received: number | undefined): ResumedSession | Promise<ResumedSession>;
  /** A ping came: the client is there. */
  pinged(): void;
  /** The client has so many messages of those that it was told. */
  acknowledged(received: number): void;
  /** The session ends, if there is one. */
  end(): void;
  /** The connection is lost. */
  lost(reason: string): void;
}
