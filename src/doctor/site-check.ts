import { once } from 'node:events';
import { WebSocket } from 'ws';
import { fail, ok, warn } from './found.js';
import type { Found } from './found.js';

/** How long each answer may take, in ms. */
const patienceMs = 5_000;
/** By how much clocks may differ: tokens are valid from the second in which they are made (TOKEN_TOLERANCE_S). */
const mostClockMs = 20_000;

/**
 * Comes to a running server as clients do, through whatever is in front of it.
 * @param site as https://rooms.example, with the path prefix
 * @param now the time in ms since 1970
 */
export async function checkSite(site: string, now: number): Promise<readonly Found[]> {
  const base = site.replace(/\/+$/, '');
  let date: string | null;
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(`${base}/healthz`, { signal, redirect: 'manual' });
    date = response.headers.get('date');
    await response.body?.cancel();
    if (!response.ok) {
      return [
        fail(`${base}/healthz answers ${response.status}. Look whether the server runs, and where the proxy sends it`),
      ];
    }
  } catch (error) {
    const { cause } = error as Error;
    const why = cause instanceof Error ? cause.message : (error as Error).message;
    return [fail(`${base} cannot be reached: ${why}. Look at the name, the firewall and the certificate`)];
  }
  return [await upgraded(base), ...clock(date, now)];
}

async function upgraded(base: string): Promise<Found> {
  const url = `${base.replace(/^http/, 'ws')}/room`;
  const socket = new WebSocket(url, { handshakeTimeout: patienceMs });
  try {
    await once(socket, 'open');
    return ok(`${url}: a WebSocket comes through`);
  } catch (error) {
    const why = (error as Error).message;
    return fail(`${url}: ${why}. The proxy has to pass upgrades: deploy/ has files for several`);
  } finally {
    socket.on('error', () => undefined).terminate();
  }
}

function clock(date: string | null, now: number): Found[] {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return [];
  const apart = Math.abs(theirs - now);
  if (apart <= mostClockMs) return [ok('its clock goes as that of this machine')];
  const text = `its clock and that of this machine differ by ${Math.round(apart / 1_000)} s`;
  return [warn(`${text}: tokens are refused before they are valid. Let both keep time (NTP)`)];
}
