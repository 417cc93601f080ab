import type { SfuData, SfuService } from './options.js';

export const noAddresses: SfuData = { url_gen: '', url_audio: '', url_pcc: '' };

/** Protocols that need a forwarding service (docs/protocols/orchestrator.md#9-media-forwarding-sfudata). */
export const forwardedProtocols: ReadonlySet<string> = new Set(['dash', 'webrtc', 'tcpreflector']);

/** The addresses of one user in one session. */
export function filled(
  { url_gen, url_audio, url_pcc }: SfuData,
  { hostname, session, user }: { readonly hostname: string; readonly session: string; readonly user: string },
): SfuData {
  const values = new Map([
    ['EXTERNAL_HOSTNAME', hostname],
    ['SESSION_ID', session],
    ['USER_ID', user],
  ]);
  const fill = (template: string): string =>
    template.replace(/%([A-Z_]+)%/g, (whole, name: string) => values.get(name) ?? whole);
  return { url_gen: fill(url_gen), url_audio: fill(url_audio), url_pcc: fill(url_pcc) };
}

/** The service that the fewest sessions use; the first of several. */
export function leastUsed(
  services: readonly SfuService[],
  used: Iterable<SfuService | undefined>,
): SfuService | undefined {
  const counts = new Map<SfuService, number>(services.map((service) => [service, 0]));
  for (const service of used) {
    const count = service && counts.get(service);
    if (service && count !== undefined) counts.set(service, count + 1);
  }
  return [...counts].sort(([, one], [, other]) => one - other)[0]?.[0];
}
