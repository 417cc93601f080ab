import { homeOf } from './address.js';

/** How long the page waits for settings, in ms: the call matters more. */
const patienceMs = 3000;

/** Settings that the server tells pages. */
export interface PageSettings {
  readonly thresholdDb: number;
  readonly speakerIntervalMs: number;
  /** Whether hats are possible: the server has the request, and its media server the filter. */
  readonly hasHat: boolean;
}

export interface LiveRoom {
  readonly name: string;
  readonly title: string | null;
  readonly participants: number;
  readonly publications: number;
}

/**
 * A setting that cannot be asked has its default: the call does not depend on it.
 * @param home address of the server
 */
export async function pageSettings(home: string): Promise<PageSettings> {
  const paths = ['getThresholdSpeaker', 'getUpdateSpeakerInterval', 'getClientConfig'];
  const [threshold, interval, config] = await Promise.all(paths.map((path) => ask(path, home)));
  return {
    thresholdDb: typeof threshold === 'number' ? threshold : -50,
    speakerIntervalMs: typeof interval === 'number' ? interval : 1800,
    hasHat: memberOf(config, 'filterRequestParam') === 'hat' && memberOf(config, 'filterAvailable') === true,
  };
}

/** @param token of the user; empty: none. @returns `secret`: the server does not tell them. Undefined when it does not answer */
export async function liveRooms(token: string): Promise<readonly LiveRoom[] | 'secret' | undefined> {
  const response = await get('api/v1/rooms', token);
  if (response?.status === 401 || response?.status === 403) return 'secret';
  const rooms = await jsonOf(response);
  return Array.isArray(rooms) ? (rooms as LiveRoom[]) : undefined;
}

/** The people in a room, as far as the server tells the user: strangers are told no names. */
export interface Presence {
  readonly count: number;
  readonly names: readonly string[];
}

/** As `liveRooms`. Nobody is in a room that is not there. */
export async function presenceIn(room: string, token: string): Promise<Presence | 'secret' | undefined> {
  const response = await get(`api/v1/room?room=${encodeURIComponent(room)}`, token);
  if (response?.status === 404) return { count: 0, names: [] };
  if (response?.status === 401 || response?.status === 403) return 'secret';
  const participants = memberOf(await jsonOf(response), 'participants');
  if (typeof participants === 'number') return { count: participants, names: [] };
  if (!Array.isArray(participants)) return undefined;
  const seen = (participants as readonly unknown[]).filter((each) => memberOf(each, 'hidden') !== true);
  const names = seen.map((each) => memberOf(each, 'displayName')).filter((name) => typeof name === 'string');
  return { count: seen.length, names };
}

async function ask(path: string, home: string): Promise<unknown> {
  return jsonOf(await get(path, '', home));
}

function get(path: string, token: string, home = location.href): Promise<Response | undefined> {
  const signal = AbortSignal.timeout(patienceMs);
  const headers = { ...(token !== '' && { Authorization: `Bearer ${token}` }) };
  return fetch(new URL(path, homeOf(home)), { signal, headers }).catch(() => undefined);
}

async function jsonOf(response: Response | undefined): Promise<unknown> {
  return response?.ok ? ((await response.json().catch(() => undefined)) as unknown) : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
