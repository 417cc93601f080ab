import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { Config } from './config.js';
import { adminPlaceOf, literal, placeOf } from './listening.js';
import type { Place } from './listening.js';

/** What one look at a running server found out. */
export interface HealthReport {
  readonly isHealthy: boolean;
  /** Whether something answered at all of its doors. */
  readonly isReachable: boolean;
  /** One line for people. */
  readonly line: string;
}

/**
 * Asks the server that runs on this machine with the same configuration, at each of its doors. For the health check of the image, of Compose
 * and of systemd. It sends no token: whatever listens at the port could read it.
 * @param patienceMs how long each door may take to answer
 */
export async function checkHealth(config: Config, patienceMs = 4_000): Promise<HealthReport> {
  if (config.port === 0)
    return { isHealthy: false, isReachable: false, line: 'unhealthy: PORT=0 does not say where the server is' };
  const adminUrl = adminReachedAt(config);
  return checkHealthAt([reachedAt(config), ...(adminUrl === undefined ? [] : [adminUrl])], { patienceMs });
}

/**
 * The same at these addresses, with their path prefixes.
 * @param how whether their certificates must be those of their names. Default: not
 */
export async function checkHealthAt(
  bases: readonly string[],
  { patienceMs = 4_000, isVerified = false } = {},
): Promise<HealthReport> {
  const urls = bases.map((base) => `${base.replace(/\/+$/, '')}/healthz`);
  const troubles = await Promise.all(urls.map((url) => troubleAt(url, patienceMs, isVerified)));
  const trouble = troubles.find((each) => each !== undefined);
  return trouble === undefined
    ? { isHealthy: true, isReachable: true, line: `healthy: ${urls.join(', ')}` }
    : { isHealthy: false, isReachable: !troubles.some((each) => each?.isSilent), line: `unhealthy: ${trouble.text}` };
}

/** The address of the server with that configuration, as seen from this machine, with its path prefix. */
export function reachedAt(config: Config): string {
  const isSecure = config.tls !== 'off' || config.tlsCert !== '';
  return `${isSecure ? 'https' : 'http'}://${addressOf(placeOf(config))}${config.pathPrefix}`;
}

/** The address of ADMIN_PORT, as seen from this machine. Undefined without. */
export function adminReachedAt(config: Config): string | undefined {
  const place = adminPlaceOf(config);
  return place && `http://${addressOf(place)}`;
}

/** As seen from this machine. */
function addressOf({ host, port }: Place): string {
  const reached: Readonly<Record<string, string>> = { '': '127.0.0.1', '0.0.0.0': '127.0.0.1', '::': '::1' };
  return `${literal(reached[host] ?? host)}:${port}`;
}

interface Trouble {
  readonly text: string;
  /** Whether nothing answered. */
  readonly isSilent: boolean;
}

/** @returns undefined for an answer of 200 */
function troubleAt(url: string, patienceMs: number, isVerified: boolean): Promise<Trouble | undefined> {
  return new Promise((resolve) => {
    const ask = url.startsWith('https:') ? overHttps : overHttp;
    const signal = AbortSignal.timeout(patienceMs);
    // On this machine the certificate is for the names that clients use, and may be made by the server. Nothing secret is sent.
    const asked = ask(url, { signal, rejectUnauthorized: isVerified, agent: false }, (response) => {
      response.resume();
      const { statusCode } = response;
      if (statusCode === 200) resolve(undefined);
      else {
        const text = `${url} answers ${statusCode}${statusCode === 503 ? ': no media server is within reach' : ''}`;
        resolve({ text, isSilent: false });
      }
    });
    asked.on('error', ({ message }) => {
      const text = signal.aborted ? `${url} does not answer within ${patienceMs} ms` : `${url}: ${message}`;
      resolve({ text, isSilent: true });
    });
    asked.end();
  });
}
