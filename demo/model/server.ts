/** How long the page waits for settings, in ms: the call matters more. */
const patienceMs = 3000;

/** Settings that the server tells pages. */
export interface PageSettings {
  readonly thresholdDb: number;
  readonly speakerIntervalMs: number;
  /** Whether hats are possible: the server has the request, and its media server the filter. */
  readonly hasHat: boolean;
  readonly iceServers: readonly RTCIceServer[];
}

export interface LiveRoom {
  readonly name: string;
  readonly title: string | null;
  readonly participants: number;
  readonly publications: number;
}

/** A setting that cannot be asked has its default: the call does not depend on it. */
export async function pageSettings(): Promise<PageSettings> {
  const [threshold, interval, config, ice] = await Promise.all(
    ['getThresholdSpeaker', 'getUpdateSpeakerInterval', 'getClientConfig', 'api/v1/ice-servers'].map(ask),
  );
  return {
    thresholdDb: typeof threshold === 'number' ? threshold : -50,
    speakerIntervalMs: typeof interval === 'number' ? interval : 1800,
    hasHat: memberOf(config, 'filterRequestParam') === 'hat' && memberOf(config, 'filterAvailable') === true,
    iceServers: arrayIn(ice, 'iceServers') as RTCIceServer[],
  };
}

/** Undefined when the server does not answer. */
export async function liveRooms(): Promise<readonly LiveRoom[] | undefined> {
  const rooms = await ask('api/v1/rooms');
  return Array.isArray(rooms) ? (rooms as LiveRoom[]) : undefined;
}

async function ask(path: string): Promise<unknown> {
  try {
    const response = await fetch(new URL(path, new URL('.', location.href)), {
      signal: AbortSignal.timeout(patienceMs),
    });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function arrayIn(value: unknown, name: string): readonly unknown[] {
  const member = memberOf(value, name);
  return Array.isArray(member) ? member : [];
}
