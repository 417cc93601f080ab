import type { IncomingMessage } from 'node:http';
import { isStreamId } from '../../rooms/index.js';
import { pathOf } from '../../transport/request-path.js';
import { Refusal } from './errors.js';

/** WHIP: the client publishes. WHEP: it receives. */
export type Protocol = 'whip' | 'whep';

/** What the path of a request names. */
export interface Asked {
  readonly protocol: Protocol;
  readonly room: string;
  /** In WHEP: the one that is received. */
  readonly publisher: string | undefined;
  /** Undefined where a session is to be made. */
  readonly session: string | undefined;
}

/**
 * `/whip/ROOM`, `/whep/ROOM/PARTICIPANT`, and with `/SESSION` behind.
 * @param base the path that the protocol is mounted at
 * @throws Refusal 404, 400
 */
export function askedBy(request: IncomingMessage, protocol: Protocol, base: string): Asked {
  const [, ...parts] = pathOf(request).slice(base.length).split('/');
  const names = parts.map(decoded);
  const own = protocol === 'whip' ? 1 : 2;
  if (names.length < own || names.length > own + 1 || names.includes('')) {
    throw new Refusal(404, 'Nothing is served at this path');
  }
  const [room = '', publisher] = names;
  return { protocol, room, publisher: protocol === 'whep' ? publisher : undefined, session: names[own] };
}

/** Of the query. Undefined: the client names none. @throws Refusal 400 */
export function streamIn({ url = '' }: IncomingMessage): string | undefined {
  const stream = new URLSearchParams(url.split('?', 2)[1] ?? '').get('stream');
  if (stream === null) return undefined;
  if (!isStreamId(stream)) throw new Refusal(400, 'stream must have 1 to 16 small letters, digits and hyphens');
  return stream;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refusal(400, 'The path is malformed');
  }
}
