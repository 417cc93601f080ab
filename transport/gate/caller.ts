import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** A client as the proxies in front of the server describe it, or as its own socket does where there is no proxy. */
export interface Caller {
  /** IP address; empty when the client is gone. An IPv4 address is written as such, also on an IPv6 socket. */
  readonly address: string;
  /** Whether the client speaks HTTPS, to this server or to a trusted proxy. */
  readonly secure: boolean;
  /** What the client connected to, as `name` or `name:port`; empty when it did not say. */
  readonly host: string;
}

/** What one proxy says of the client before it. Each part is undefined when the proxy does not say it. */
interface Hop {
  readonly address: string | undefined;
  readonly proto: string | undefined;
  readonly host: string | undefined;
}

const loopbackNetworks = ['127.0.0.0/8', '::1'];

const callers = new WeakMap<IncomingMessage, Caller>();
const passedOn = new WeakSet<IncomingMessage>();
/** Requests of which a trusted proxy has named the client. */
const named = new WeakSet<IncomingMessage>();

/** Of a request. Behind trusted proxies it is the client before them, once a door has received the request. */
export function callerOf(request: IncomingMessage): Caller {
  return callers.get(request) ?? direct(request);
}

/** Another node of this server has passed the request on, and has shown that its word about the client counts. */
export function keepPassedOn(request: IncomingMessage, caller: Caller): void {
  callers.set(request, caller);
  passedOn.add(request);
}

/** Whether another node of this server has passed the request on. */
export function isPassedOn(request: IncomingMessage): boolean {
  return passedOn.has(request);
}

/** Whether a proxy has named the client of a request, and whether its word counts. */
export function proxyOf(request: IncomingMessage): 'none' | 'trusted' | 'untrusted' {
  if (named.has(request)) return 'trusted';
  return hopsOf(request).some(({ address }) => address !== undefined) ? 'untrusted' : 'none';
}

/** The proxies whose word about a client counts. What others say in the same headers is ignored. */
export class TrustedProxies {
  readonly #trusted = new BlockList();
  readonly #isEmpty: boolean;

  /** @param networks each passes `isNetwork` */
  constructor(networks: readonly string[]) {
    this.#isEmpty = networks.length === 0;
    for (const network of networks.flatMap((each) => (each === 'loopback' ? loopbackNetworks : [each]))) {
      const [address = '', bits] = network.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(bits), family);
    }
  }

  /** Whether the address is of a trusted proxy. */
  has(address: string): boolean {
    // Asked for each connection and request, and most servers have none.
    if (this.#isEmpty) return false;
    const plain = plainAddress(address);
    const family = isIP(plain);
    return family !== 0 && this.#trusted.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }

  /** Finds out from whom the request comes, and keeps it for `callerOf`. */
  identify(request: IncomingMessage): Caller {
    const caller = this.#caller(request);
    callers.set(request, caller);
    return caller;
  }

  #caller(request: IncomingMessage): Caller {
    const own = direct(request);
    if (!this.has(own.address)) return own;
    const hops = hopsOf(request);
    // From the nearest proxy outwards: as long as a proxy is trusted, its word about the one before it counts.
    let { address, secure, host } = own;
    for (const hop of hops.toReversed()) {
      if (hop.proto !== undefined) secure = /^(https|wss)$/i.test(hop.proto);
      host = hop.host ?? host;
      if (hop.address === undefined) break;
      named.add(request);
      address = hop.address;
      if (!this.has(address)) break;
    }
    return { address, secure, host };
  }
}

/** Whether a text is an address, a network as `10.0.0.0/8`, or `loopback`. */
export function isNetwork(text: string): boolean {
  if (text === 'loopback') return true;
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

function direct({ socket, headers }: IncomingMessage): Caller {
  const address = plainAddress(socket.remoteAddress ?? '');
  return { address, secure: (socket as Partial<TLSSocket>).encrypted === true, host: headers.host ?? '' };
}

/**
 * What the proxies say, the one nearest to the client first. A proxy sets one of the two kinds of headers and passes the other kind on as
 * the client sent it. So if they name different clients, neither counts.
 */
function hopsOf({ headers }: IncomingMessage): readonly Hop[] {
  const standard = forwardedHops(textOf(headers.forwarded));
  const common = commonHops(headers);
  if (standard.length === 0) return common;
  if (common.length === 0) return standard;
  return standard.at(-1)?.address === common.at(-1)?.address ? common : [];
}

/** `X-Forwarded-For`, `-Proto` and `-Host`. */
function commonHops(headers: IncomingMessage['headers']): Hop[] {
  const addresses = items(headers['x-forwarded-for']);
  const protos = items(headers['x-forwarded-proto']);
  const hosts = items(headers['x-forwarded-host']);
  // A proxy that says nothing about addresses can still say how and where the client connected.
  const count = Math.max(addresses.length, protos.length > 0 || hosts.length > 0 ? 1 : 0);
  return Array.from({ length: count }, (_, index) => ({
    address: addressIn(addresses[index]),
    proto: itemAt(protos, index, count),
    host: itemAt(hosts, index, count),
  }));
}

/** A proxy that adds to the list of addresses may set the other headers once for all. */
function itemAt(list: readonly string[], index: number, count: number): string | undefined {
  if (list.length === count) return list[index];
  return index === count - 1 ? list.at(-1) : undefined;
}

/** The header of RFC 7239. */
function forwardedHops(text: string): Hop[] {
  return splitOutsideQuotes(text, ',').map((element) => {
    const pairs = new Map(
      splitOutsideQuotes(element, ';').map((pair) => {
        const at = pair.indexOf('=');
        const value = pair.slice(at + 1).trim();
        return [pair.slice(0, Math.max(0, at)).trim().toLowerCase(), value.replace(/^"(.*)"$/, '$1')] as const;
      }),
    );
    return { address: addressIn(pairs.get('for')), proto: pairs.get('proto'), host: pairs.get('host') };
  });
}

function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  const parts = text.match(separator === ',' ? /(?:[^,"]|"[^"]*")+/g : /(?:[^;"]|"[^"]*")+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function items(header: string | readonly string[] | undefined): string[] {
  return textOf(header)
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function textOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : (header?.join(',') ?? '');
}

/** Without port and brackets. @returns undefined for anything but an IP address, such as `unknown` */
function addressIn(text: string | undefined): string | undefined {
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+)(?::\d+)?)$/.exec(text ?? '') ?? [];
  const address = bracketed ?? dotted ?? text ?? '';
  return isIP(address) === 0 ? undefined : plainAddress(address);
}

/** An IPv4 address on an IPv6 socket begins with `::ffff:`. */
export function plainAddress(address: string): string {
  if (!address.startsWith('::')) return address;
  const [, dotted] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  return dotted ?? address;
}
