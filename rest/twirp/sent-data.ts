import type { Room } from '../../rooms/index.js';
import { TwirpError } from './twirp-error.js';

/** Topics under which LiveKit's clients and programs send texts. */
const chatTopics = new Set(['', 'chat', 'lk.chat']);

/** Programs of older SDKs name them by the ids of their memberships. */
interface Recipients {
  readonly destinationIdentities: readonly string[];
  readonly destinationSids: readonly string[];
}

/**
 * By their ids. Those that have left meanwhile are passed over.
 * @throws TwirpError `not_found` when nobody is left
 */
export function recipientsOf(room: Room, wanted: Recipients): string[] | undefined {
  const { destinationIdentities: identities, destinationSids: sids } = wanted;
  if (identities.length === 0 && sids.length === 0) return undefined;
  const bySid = sids.length === 0 ? [] : [...room.everybody].filter(({ sid }) => sids.includes(sid));
  const found = [...identities.flatMap((identity) => room.findAny(identity) ?? []), ...bySid];
  if (found.length === 0) throw new TwirpError('not_found', 'None of those that it is for is in the room');
  return [...new Set(found)].map(({ identity }) => identity);
}

/** What REST is asked to send. */
export function messageOf(topic: string, data: Uint8Array): object {
  const text = chatTopics.has(topic) ? textIn(data) : undefined;
  return text === undefined ? { data: Buffer.from(data).toString('base64'), topic } : { text };
}

function textIn(data: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return undefined;
  }
}
