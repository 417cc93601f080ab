import type { RequestResult } from '../dialects/kurento-room/types.js';
import type { MediaConnections } from './media-connections.js';
import { serverAddress } from './server-address.js';

/** What the server tells with the feature `ice`. Absent on other servers. */
type ToldIceServers = Pick<RequestResult<'joinRoom'>, 'iceServers' | 'iceTtlS'>;

/** The part of their life after which credentials are renewed. */
const renewAfter = 0.8;
/** When the server does not answer. */
const tryAgainMs = 10_000;
/** Longer timers of browsers end at once. */
const longestTimerMs = 2 ** 31 - 1;

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
    // What came as JSON has no undefined members.
    if (iceServers) this.#connections.iceServers = iceServers as RTCIceServer[];
    if (iceTtlS !== undefined) this.#askIn(iceTtlS * 1000 * renewAfter);
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
    const { iceServers } = (await response.json()) as { iceServers: RTCIceServer[] };
    return iceServers;
  } catch {
    return [];
  }
}
