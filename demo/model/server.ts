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

/** A setting that cannot be asked has its default: the call does not depend on it. */
export async function pageSettings(): Promise<PageSettings> {
  const [threshold, interval, config] = await Promise.all(
    ['getThresholdSpeaker', 'getUpdateSpeakerInterval', 'getClientConfig'].map(ask),
  );
  return {
    thresholdDb: typeof threshold === 'number' ? threshold : -50,
    speakerIntervalMs: typeof interval === 'number' ? interval : 1800,
    hasHat: memberOf(config, 'filterRequestParam') === 'hat' && memberOf(config, 'filterAvailable') === true,
  };
}

/** `secret`: the server does not tell pages. Undefined when it does not answer. */
export async function liveRooms(): Promise<readonly LiveRoom[] | 'secret' | undefined> {
  const response = await get('api/v1/rooms');
  if (response?.status === 401 || response?.status === 403) return 'secret';
  const rooms = await jsonOf(response);
  return Array.isArray(rooms) ? (rooms as LiveRoom[]) : undefined;
}

async function ask(path: string): Promise<unknown> {
  return jsonOf(await get(path));
}

function get(path: string): Promise<Response | undefined> {
  const signal = AbortSignal.timeout(patienceMs);
  return fetch(new URL(path, homeOf(location.href)), { signal }).catch(() => undefined);
}

async function jsonOf(response: Response | undefined): Promise<unknown> {
  return response?.ok ? ((await response.json().catch(() => undefined)) as unknown) : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
