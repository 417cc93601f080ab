import { presenceIn, type Presence } from '../model/server.js';
import { useVoice } from './voice.js';
import type { Words } from '../words/words.js';
import { usePolling } from './use-polling.js';

export interface PresenceLineProps {
  readonly room: string;
  /** Of the user; empty: none. */
  readonly token: string;
}

/** The people in the room that the user is about to join. Empty where the server does not tell. */
export function PresenceLine({ room, token }: PresenceLineProps) {
  const { words } = useVoice();
  const presence = usePolling(() => presenceIn(room, token), [room, token]);
  return <p class="lead">{presence && textOf(presence, words())}</p>;
}

function textOf({ count, names: [first] }: Presence, { join }: Words): string {
  if (count === 0) return join.nobodyThere;
  if (first === undefined) return join.thereNow(count);
  return count === 1 ? join.isThere(first) : join.areThere(first, count - 1);
}
