import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { causeOf } from '../cause-of.js';
import { daysFound } from './certificate.js';
import { fail, ok, warn } from './found.js';
import type { Found } from './found.js';

/** How long each answer may take, in ms. */
const patienceMs = 5_000;
/** By how much clocks may differ: tokens are valid from the second in which they are made (TOKEN_TOLERANCE_S). */
const mostClockMs = 20_000;
const seen = z.object({ address: z.string(), secure: z.boolean(), proxy: z.enum(['none', 'trusted', 'untrusted']) });
/** Of this machine and of networks that are behind a proxy rather than in front of one (RFC 1918, RFC 4193). */
const inner = /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd]|::1$)/i;

/**
 * Comes to a running server as clients do, through whatever is in front of it.
 * @param base as https://rooms.example, with the path prefix, and without a slash at the end
 * @param now the time in ms since 1970
 */
export async function checkSite(base: string, now: number): Promise<readonly Found[]> {
  const time = await checkTime(base, now, { isWell: true });
  if (time.some(({ status }) => status === 'FAIL')) return time;
  return [...(await certificate(base, now)), await upgraded(base), await seenAs(base), ...time];
}

/**
 * Whether a server is there, and has the time of this machine.
 * @param base as that of `checkSite`
 * @param needed whether it must be well besides
 */
export async function checkTime(base: string, now: number, needed = { isWell: false }): Promise<readonly Found[]> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(`${base}/healthz`, { signal, redirect: 'manual' });
    await response.body?.cancel();
    if (response.ok || !needed.isWell) return clock(response.headers.get('date'), now);
    const text = `${base}/healthz answers ${response.status}`;
    return [fail(`${text}. Look whether the server runs, and where the proxy sends it`)];
  } catch (error) {
    const text = `${base} cannot be reached: ${causeOf(error)}. Look at the name, the firewall and the certificate`;
    return [{ ...fail(text), isUnreached: true }];
  }
}

/** How long the one that is shown there is valid. That it is trusted has been seen already. */
async function certificate(base: string, now: number): Promise<Found[]> {
  const { protocol, hostname, port } = new URL(base);
  if (protocol !== 'https:') return [];
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const signal = AbortSignal.timeout(patienceMs);
  const socket = connectTls({ host, port: Number(port || 443), servername: host });
  try {
    await once(socket, 'secureConnect', { signal });
    return [daysFound('the certificate there', Date.parse(socket.getPeerCertificate().valid_to), now)];
  } catch (error) {
    return [fail(`the certificate cannot be looked at: ${(error as Error).message}`)];
  } finally {
    socket.on('error', () => undefined).destroy();
  }
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

/** Whether the server knows its clients, or takes a proxy for all of them: limits and bans would be for everybody then. */
async function seenAs(base: string): Promise<Found> {
  const text = await fetch(`${base}/api/v1/seen-as`, { signal: AbortSignal.timeout(patienceMs), redirect: 'error' })
    .then(async (response) => response.text())
    .catch(() => '');
  const { data } = seen.safeParse(jsonIn(text));
  if (!data) return warn('what the server takes clients for is not known: it is another version, or a proxy answers');
  const { address, secure, proxy } = data;
  if (proxy === 'untrusted') {
    const what = `the server takes all clients for the proxy in front of it, ${address}`;
    return fail(`${what}. Set TRUSTED_PROXIES to that address`);
  }
  if (base.startsWith('https:') && !secure) {
    return warn('the server takes clients for such without HTTPS. The proxy has to set X-Forwarded-Proto');
  }
  if (proxy === 'trusted') return ok(`a proxy names the clients: this one is ${address}`);
  // A proxy that names nobody is seen where it is not the client's own way to the server.
  const isNear = isInner(new URL(base).hostname);
  if (inner.test(address) && !isNear) {
    const what = `the server takes this client for ${address}, which may be a proxy that does not name its clients`;
    return warn(`${what}. It has to set X-Forwarded-For, and TRUSTED_PROXIES has to name it`);
  }
  return ok(`no proxy names the clients: this one is ${address}`);
}

function isInner(host: string): boolean {
  return host === 'localhost' || inner.test(host.replace(/^\[(.*)\]$/, '$1'));
}

/** @param date as HTTP has it */
function clock(date: string | null, now: number): Found[] {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return [];
  const apart = Math.abs(theirs - now);
  if (apart <= mostClockMs) return [ok('its clock goes as that of this machine')];
  const text = `its clock and that of this machine differ by ${Math.round(apart / 1_000)} s`;
  return [warn(`${text}: tokens are refused before they are valid. Let both keep time (NTP)`)];
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
