import type { Server as HttpServer } from 'node:http';
import { createServer } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import type { AddressInfo, Server } from 'node:net';
import type { Log } from '../log.js';
import { ConfigError } from '../options/config-error.js';
import type { Config } from './config.js';

/** Where a server listens. `host` empty: all addresses of this machine. */
export interface Place {
  readonly port: number;
  readonly host: string;
  /** What the options that say so begin with. */
  readonly prefix: '' | 'ADMIN_';
}

export function placeOf({ port, host }: Config): Place {
  return { port, host, prefix: '' };
}

/** Undefined when there is none. */
export function adminPlaceOf({ adminPort, adminHost }: Config): Place | undefined {
  return adminPort === 0 ? undefined : { port: adminPort, host: adminHost, prefix: 'ADMIN_' };
}

/** @returns the port. @throws ConfigError when the server cannot listen there */
export function listen(server: Server, place: Place): Promise<number> {
  const { port, host } = place;
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      reject(explained(error, place));
    };
    server.once('error', failed);
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      server.off('error', failed);
      resolve(portOf(server));
    });
  });
}

/** Errors of a server that listens are one spell, and one line, until none came for so long. In ms. */
const quietMs = 60_000;

/** Logs errors of a server that listens. Without this one ends the process: the system has no descriptor for one more connection. */
export function surviveErrors(server: Server, log: Log): void {
  let lastAt = -Infinity;
  server.on('error', (error) => {
    if (!server.listening) return;
    const now = performance.now();
    const isFirst = now - lastAt > quietMs;
    lastAt = now;
    if (isFirst) log.error('a connection could not be accepted', { error });
  });
}

/** Whether the server will be able to listen at all of these. @throws ConfigError when not */
export async function checkPlaces(places: readonly Place[]): Promise<void> {
  const probes: Server[] = [];
  try {
    for (const place of places) {
      const probe = createServer((socket) => socket.destroy());
      await listen(probe, place);
      probes.push(probe);
    }
  } finally {
    await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  }
}

function explained(error: NodeJS.ErrnoException, { port, host, prefix }: Place): ConfigError {
  const options = { cause: error };
  const byShell = prefix === '' && process.env.HOST === host ? ' (conda and tcsh set HOST by themselves)' : '';
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigError(
        `${prefix}PORT: ${port} is in use; stop the program that listens there, or name another port`,
        options,
      );
    case 'EACCES':
    case 'EPERM':
      return new ConfigError(`${prefix}PORT: this user may not listen on ${port}; name a port from 1024 up`, options);
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EAI_AGAIN':
    case 'EINVAL':
    case 'ENOTFOUND':
      return new ConfigError(
        `${prefix}HOST: this machine has no address ${host}; name one that it has, or leave it empty for all${byShell}`,
        options,
      );
    default:
      return new ConfigError(`${prefix}HOST, ${prefix}PORT: nothing can listen there (${error.message})`, options);
  }
}

/** Of a server that listens. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

export function closeHttp(http: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => {
      resolve();
    });
    http.closeAllConnections();
  });
}

/** Whether only this machine reaches what listens there. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1)$/i.test(host);
}

/** Whether the host of a URL is this machine, as far as its text shows. */
export function isOnThisMachine(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
  const own = Object.values(networkInterfaces()).flatMap((list = []) => list.map(({ address }) => address));
  return isLoopback(host) || host.toLowerCase() === hostname().toLowerCase() || own.includes(host);
}

/** For a URL: IPv6 addresses are in brackets there. */
export function literal(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
