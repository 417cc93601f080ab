import { isSameToken } from './resume-token.js';

/** A session whose participant has the name that a newcomer wants. */
export interface NameHolder {
  /** Whether its connection is lost and the grace time runs. */
  readonly detached: boolean;
  readonly resumeToken: string | undefined;
  /** Its participant leaves, for another one. */
  end(reason: 'replaced'): void;
  /** Ends although it has a connection, because the same client has joined on another one. */
  replace(): void;
}

/**
 * Makes place for a newcomer that is the same client (docs/protocols/kurento-room.md#31-joinroom), or most likely is
 * (docs/protocols/kurento-room.md#14-what-users-asked-for). Otherwise the name stays with its holder, and the newcomer is refused.
 * @param token the newcomer's proof that it is the same client, if it has one
 * @param takesDetachedNames whether a session without a connection yields its name to anybody
 */
export function makePlaceFor(token: string | null | undefined, takesDetachedNames: boolean, holder: NameHolder): void {
  const { resumeToken, detached } = holder;
  if (token && resumeToken !== undefined && isSameToken(resumeToken, token)) holder.replace();
  else if (takesDetachedNames && detached) holder.end('replaced');
}
