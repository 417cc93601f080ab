import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a server listens. `host` empty: all addresses of this machine. */
export interface Place {
  readonly port: number;
  readonly host: string;
}

/** @returns the port. @throws an Error of `listen`, as when the port is in use */
export function listen(http: Server, { port, host }: Place): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      http.off('error', reject);
      resolve(portOf(http));
    });
  });
}

/** Of a server that listens. */
export function portOf(http: Server): number {
  return (http.address() as AddressInfo).port;
}

export function closeHttp(http: Server): Promise<void> {
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

/** For a URL: IPv6 addresses are in brackets there. */
export function literal(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
