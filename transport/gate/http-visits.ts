import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Account } from './account.js';
import type { Caller } from './caller.js';
import type { Gate } from './gate.js';
import { networkOf } from './network.js';
import { Slices } from './slices.js';

/** A plain request that waits for its turn. */
interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly serve: () => void;
  readonly refuse: (retryAfterMs: number) => void;
}

/** Addresses behind trusted proxies whose accounts are kept. The one that asked longest ago is forgotten first. */
const maxAddresses = 10_000;

/**
 * Plain HTTP requests against the budget: of a TCP connection, or behind a trusted proxy, which shares its connections among clients, of
 * an address. A burst of them is served in slices.
 */
export class HttpVisits {
  readonly #gate: Gate;
  readonly #bySocket = new WeakMap<Duplex, Slices<Visit>>();
  readonly #byAddress = new Map<string, Slices<Visit>>();

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** @param refuse the client has spent its budget; it is to be told how long to wait, in ms */
  take(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    serve: () => void,
    refuse: (retryAfterMs: number) => void,
  ): void {
    this.#slicesOf(request, caller).add({ request, response, serve, refuse }, 0);
  }

  #slicesOf({ socket }: IncomingMessage, { address }: Caller): Slices<Visit> {
    if (!this.#gate.isProxy(socket.remoteAddress ?? '')) {
      const slices = this.#bySocket.get(socket) ?? newSlices(this.#gate.account());
      this.#bySocket.set(socket, slices);
      return slices;
    }
    const network = networkOf(address);
    const slices = this.#byAddress.get(network) ?? newSlices(this.#gate.account());
    this.#byAddress.delete(network);
    this.#byAddress.set(network, slices);
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > maxAddresses && oldest !== undefined) this.#byAddress.delete(oldest);
    return slices;
  }
}

function newSlices(account: Account): Slices<Visit> {
  return new Slices<Visit>({
    account,
    goesOn: true,
    serve: ({ request: { socket }, response, serve }) => {
      const written = socket.bytesWritten;
      response.once('close', () => {
        account.charge(Math.max(0, socket.bytesWritten - written));
      });
      serve();
    },
    refuse: ({ refuse }) => {
      refuse(account.retryAfterMs);
    },
  });
}
