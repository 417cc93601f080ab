import type { IncomingMessage } from 'node:http';
import { Account } from './account.js';
import type { Budget } from './account.js';
import { plainAddress, TrustedProxies } from './caller.js';
import type { Caller } from './caller.js';
import { Origins } from './origins.js';
import type { Asked, OriginRefusal } from './origins.js';
import { Places } from './places.js';
import type { Place, PlaceLimits } from './places.js';

export interface GateOptions {
  /** Further origins whose pages may come in; each is a result of `readOrigin`. */
  readonly allowedOrigins: readonly string[];
  /** Each passes `isNetwork`. */
  readonly trustedProxies: readonly string[];
  readonly places: PlaceLimits;
  readonly budget: Budget;
  /** Hears of each client that was not let in: an explanation for operators. */
  readonly onRefused: (refused: Refused) => void;
}

/**
 * Why in short, for counters. origin: a page of a site that may not. address: its address has too many already. full: all places are taken.
 * rate: too many requests.
 */
export type RefusalCause = 'origin' | 'address' | 'full' | 'rate' | 'other';

/** A client that was not let in. */
export interface Refused {
  readonly path: string;
  readonly address: string;
  readonly reason: string;
  readonly cause: RefusalCause;
  /** What the operator can set, if anything. */
  readonly remedy?: string;
}

/**
 * What all doors ask: may this come in, and how much may it do. The doors of the HTTP server ask for every request and every upgrade
 * before anybody else sees it. A door that keeps clients takes a place and an account for each.
 */
export class Gate {
  #origins: Origins;
  #proxies: TrustedProxies;
  readonly #places: Places;
  readonly #sockets: Places;
  readonly #budget: Budget;
  readonly #onRefused: (refused: Refused) => void;

  constructor({ allowedOrigins, trustedProxies, places, budget, onRefused }: GateOptions) {
    this.#origins = new Origins(allowedOrigins);
    this.#proxies = new TrustedProxies(trustedProxies);
    this.#places = new Places(places);
    this.#sockets = new Places(places);
    this.#budget = budget;
    this.#onRefused = onRefused;
  }

  /** Whatever comes from now on is asked by these lists. Clients that are in stay. */
  renew({ allowedOrigins, trustedProxies }: Pick<GateOptions, 'allowedOrigins' | 'trustedProxies'>): void {
    this.#origins = new Origins(allowedOrigins);
    this.#proxies = new TrustedProxies(trustedProxies);
  }

  /** Addresses of which the gate knows clients or sockets, for tests of leaks. */
  get addresses(): number {
    return this.clientAddresses + this.#sockets.addresses;
  }

  /** Addresses that have clients with a place, for tests of leaks. A socket that is kept for the next request is not one. */
  get clientAddresses(): number {
    return this.#places.addresses;
  }

  /** Finds out from whom a request comes, for `callerOf`. */
  identify(request: IncomingMessage): Caller {
    return this.#proxies.identify(request);
  }

  /** @returns undefined for a request that may come in; a refusal has been reported */
  refusal(request: IncomingMessage, caller: Caller, asked: Asked): OriginRefusal | undefined {
    const refusal = this.#origins.refusal(request, caller, asked);
    if (refusal) this.report(request, caller, refusal.reason, 'origin', refusal.remedy);
    return refusal;
  }

  /** Whether there is a place for one more client. If not, that has been reported. */
  hasPlace(request: IncomingMessage, caller: Caller): boolean {
    const isThere = this.#places.hasFor(caller.address);
    if (!isThere) this.report(request, caller, noPlace, 'address');
    return isThere;
  }

  /** Takes a place for a client that is to stay. @returns undefined when there is none; that has been reported */
  enter(request: IncomingMessage, caller: Caller): Place | undefined {
    return this.hasPlace(request, caller) ? this.#places.take(caller.address) : undefined;
  }

  /** Takes a place for a TCP connection. Those of a trusted proxy are of many clients, and are not counted. */
  connect(address: string): Place | undefined {
    return this.isProxy(address) ? anywhere : this.#sockets.take(plainAddress(address));
  }

  /** Whether the address is of a trusted proxy, whose connections many clients share. */
  isProxy(address: string): boolean {
    return this.#proxies.has(address);
  }

  /** For one client. @param budget what differs at its door. @param request with which it came, and stays */
  account(budget: Partial<Budget> = {}, request?: IncomingMessage): Account {
    const given = request?.headers.traceparent;
    const traceparent = typeof given === 'string' ? given.slice(0, maxTraceparentLength) : undefined;
    return new Account({ ...this.#budget, ...budget }, undefined, traceparent);
  }

  report(
    { url = '/' }: Pick<IncomingMessage, 'url'>,
    { address }: Pick<Caller, 'address'>,
    reason: string,
    cause: RefusalCause = 'other',
    remedy?: string,
  ): void {
    const path = url.split('?', 1)[0] ?? '/';
    this.#onRefused({ path, address, reason, cause, ...(remedy !== undefined && { remedy }) });
  }
}

/** It has 55 characters, and may have more some day. The rest is not kept. */
const maxTraceparentLength = 100;
const noPlace = 'too many clients of this address, or too many that have not made a request yet';
const anywhere: Place = { introduced: () => undefined, leave: () => undefined };
