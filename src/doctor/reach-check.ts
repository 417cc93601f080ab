import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config.js';
import { checkHealth } from '../health-check.js';
import { UdpEcho, familyOf, probeUdp } from '../udp-probe.js';
import type { UdpTarget } from '../udp-probe.js';
import { fail, ok, warn } from './found.js';
import type { Found } from './found.js';
import { thisMachine, toldAddresses } from './told-addresses.js';

/** Another Atrium that sends the datagrams. */
export interface Elsewhere {
  /** As the operator has named it. */
  readonly url: string;
  /** Rejects when it refuses, or cannot be reached. @returns the ports that have answered */
  readonly probe: (target: UdpTarget) => Promise<readonly number[]>;
}

/** How many ports beside the first and the last are tried where these are taken, as by a call. */
const nextPorts = 10;
/** Of a machine with many. */
const mostAddresses = 3;
/** An answer of a network that is slow to its last datagram. */
const lateMs = 200;

/**
 * Whether datagrams come to the first and the last of the media ports and answers go back, at the addresses that clients are told: sent by
 * another Atrium, or else by this machine.
 */
export async function checkReach(config: Config, elsewhere: Elsewhere | undefined): Promise<readonly Found[]> {
  const { kmsUris, mediaUdpPorts } = config;
  if (kmsUris.length > 0) return [];
  const { first, last } = mediaUdpPorts;
  const what = `UDP ${first}-${last} (MEDIA_UDP_PORTS)`;
  const { named, own } = toldAddresses(config, thisMachine());
  const told = named.length > 0 ? named : own.map(({ address }) => address);
  if (told.length === 0) return [warn(`${what}: this machine has no address but loopback`)];
  const nonce = randomBytes(16).toString('base64url');
  const echoes = new Echoes(config, nonce);
  const isOwn = new Set(own.map(({ address }) => address));
  const found: Found[] = [];
  try {
    for (const address of told.slice(0, mostAddresses)) {
      const open = await echoes.of(address);
      if (!open) return [await taken(config, what)];
      const asked = { address, ports: open.map(({ port }) => port), nonce };
      if (elsewhere) found.push(await fromElsewhere(elsewhere, asked, open));
      else found.push(fromHere(asked, await probeUdp(asked), isOwn.has(address)));
      for (const echo of open) echo.hasHeard = false;
    }
  } finally {
    echoes.close();
  }
  return found;
}

/** Those of both ends of the range, for each family. */
class Echoes {
  readonly #config: Config;
  readonly #nonce: string;
  readonly #open = new Map<string, readonly UdpEcho[] | undefined>();

  constructor(config: Config, nonce: string) {
    this.#config = config;
    this.#nonce = nonce;
  }

  /** Undefined when no port at one of the ends is free. */
  async of(address: string): Promise<readonly UdpEcho[] | undefined> {
    const family = familyOf(address);
    if (!this.#open.has(family)) {
      const { first, last } = this.#config.mediaUdpPorts;
      const ends = [await this.#at(first, 1, family), await this.#at(last, -1, family)];
      const there = ends.filter((echo) => echo !== undefined);
      this.#open.set(family, there.length === ends.length ? there : undefined);
      if (there.length < ends.length) for (const echo of there) echo.close();
    }
    return this.#open.get(family);
  }

  async #at(end: number, step: 1 | -1, family: 'udp4' | 'udp6'): Promise<UdpEcho | undefined> {
    const { mediaBindAddress, mediaUdpPorts } = this.#config;
    const bound = mediaBindAddress !== '' && familyOf(mediaBindAddress) === family ? mediaBindAddress : '';
    const span = Math.min(nextPorts, Math.floor((mediaUdpPorts.last - mediaUdpPorts.first) / 2));
    for (let aside = 0; aside <= span; aside += 1) {
      const echo = await UdpEcho.open(end + aside * step, family, bound, this.#nonce);
      if (echo) return echo;
    }
    return undefined;
  }

  close(): void {
    for (const echo of [...this.#open.values()].flatMap((each) => each ?? [])) echo.close();
  }
}

async function taken(config: Config, what: string): Promise<Found> {
  // Calls have them then.
  if ((await checkHealth(config)).isReachable)
    return warn(`${what}: the ends are in use, as by calls. Look when it is quiet`);
  return fail(`${what}: other programs have the ends. Name other ports`);
}

function fromHere({ address, ports }: UdpTarget, answered: readonly number[], isOwn: boolean): Found {
  const silent = ports.filter((port) => !answered.includes(port));
  if (silent.length === 0) {
    const text = `datagrams of this machine come to ${address}, ports ${ports.join(' and ')}, and back`;
    return ok(`${text}. Whether a firewall lets those of others in shows --from URL, another Atrium`);
  }
  const text = `no datagram of this machine comes to ${address}, port ${silent.join(', ')}, and back`;
  if (isOwn) return fail(`${text}. Look at the firewall of this machine`);
  return warn(`${text}; through many a NAT that needs no worry. Ask from outside: --from URL, another Atrium`);
}

async function fromElsewhere({ url, probe }: Elsewhere, target: UdpTarget, open: readonly UdpEcho[]): Promise<Found> {
  const { address, ports } = target;
  let answered: readonly number[];
  try {
    answered = await probe(target);
  } catch (error) {
    return fail(`${url}: ${(error as Error).message}`);
  }
  await pause(lateMs);
  const silent = ports.filter((port) => !answered.includes(port));
  if (silent.length === 0) return ok(`datagrams of ${url} come to ${address}, ports ${ports.join(' and ')}, and back`);
  const heard = open.filter(({ port, hasHeard }) => hasHeard && silent.includes(port)).map(({ port }) => port);
  if (heard.length > 0) {
    const text = `datagrams of ${url} come to ${address}, port ${heard.join(', ')}, and no answer goes back`;
    return fail(`${text}. Let UDP out of these ports`);
  }
  const text = `no datagram of ${url} comes to ${address}, port ${silent.join(', ')}`;
  return fail(`${text}. Let UDP in at the firewall, and forward it where there is a NAT`);
}
