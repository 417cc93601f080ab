import type { RequestResult } from '../dialects/kurento-room/types.js';
import { longestTimerMs } from './given.js';
import type { MediaConnections } from './media-connections.js';
import { serverAddress } from './server-address.js';

/** What the server tells with the feature `ice`. Absent on other servers. */
type ToldIceServers = Pick<RequestResult<'joinRoom'>, 'iceServers' | 'iceTtlS'>;

/** The part of their life after which credentials are renewed. */
const renewAfter = 0.8;
/** When the server does not answer, or says that they expire at once. */
const tryAgainMs = 10_000;

/** Keeps the STUN and TURN servers of a room's media connections valid, for as long as we are in the room. */
export class IceRenewal {
  readonly #connections: MediaConnections;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connections: MediaConnections) {
    this.#connections = connections;
  }

  /** Takes those that an answer has. They are for later connections, and for present ones that gather candidates again. */
  take({ iceServers, iceTtlS }: ToldIceServers): void {
    this.stop();
    // A browser takes none of them when it does not take one.
    if (iceServers) this.#connections.iceServers = iceServersIn(iceServers);
    if (typeof iceTtlS === 'number') this.#askIn(iceTtlS > 0 ? iceTtlS * 1000 * renewAfter : tryAgainMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #askIn(ms: number): void {
    this.#timer = setTimeout(() => void this.#ask(), Math.min(ms, longestTimerMs));
  }

  async #ask(): Promise<void> {
    const timer = this.#timer;
    const answer = await this.#connections.session.request('getIceServers', {}).catch(() => undefined);
    // Meanwhile we have left, or joined anew and been told others.
    if (timer !== this.#timer) return;
    if (answer) this.take(answer);
    else this.#askIn(tryAgainMs);
  }
}

/**
 * STUN and TURN servers, for a page that makes connections of its own: a `Room` asks for its servers itself. Empty when the server does
 * not answer.
 * @param token one with which a room may be joined. Without it there are only STUN servers
 */
export async function iceServersOf(url: string | URL, token = ''): Promise<RTCIceServer[]> {
  const { base } = serverAddress(url);
  try {
    const headers = token === '' ? {} : { Authorization: `Bearer ${token}` };
    const response = await fetch(`${base}/api/v1/ice-servers`, { headers });
    const { iceServers } = (await response.json()) as { iceServers?: unknown };
    return iceServersIn(iceServers);
  } catch {
    return [];
  }
}

function iceServersIn(told: unknown): RTCIceServer[] {
  const all: readonly unknown[] = Array.isArray(told) ? told : [];
  return all.filter(isIceServer);
}

/** Whether browsers take it (W3C WebRTC §4.2.4, §4.4.1.6): otherwise they make no connection at all. */
export function isIceServer(given: unknown): given is RTCIceServer {
  if (typeof given !== 'object' || given === null) return false;
  const { urls, username, credential }: { urls?: unknown; username?: unknown; credential?: unknown } = given;
  const all: readonly unknown[] = Array.isArray(urls) ? urls : [urls];
  const hasAccount = typeof username === 'string' && typeof credential === 'string';
  return (
    all.length > 0 &&
    all.every(
      (url) => typeof url === 'string' && (/^stuns?:[^/]/i.test(url) || (/^turns?:[^/]/i.test(url) && hasAccount)),
    )
  );
}
