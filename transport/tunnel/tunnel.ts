import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '../../log.js';
import { isPassedOn, keepPassedOn } from '../gate/caller.js';
import type { Caller } from '../gate/caller.js';
import type { SocketCount } from '../gate/socket-count.js';
import { hasBody } from '../request-body.js';
import { elsewhere, retryAfter } from './answer.js';
import { Departures } from './departures.js';
import { PassedRequest } from './passed-request.js';
import { PassedUpgrade } from './passed-upgrade.js';
import { Proofs } from './proof.js';
import type { OtherNode, WorldOwner, WorldOwners } from './world-owners.js';

/** How clients of a world are passed on to the node that serves them. */
export interface PassingOptions {
  /** Of this node, random for each start. */
  readonly nodeId: string;
  /** CLUSTER_SECRET. Empty: nothing is passed on. */
  readonly secret: string;
  readonly worlds: WorldOwners;
  /** A time that all nodes share, in ms. */
  readonly now: () => number;
  readonly log: Log;
}

export interface TunnelOptions extends PassingOptions {
  /** How long a client, or the other node, may take nothing of what waits for it, in ms. */
  readonly stillMs: number;
  /** Counts connections: those to other nodes take file descriptors too. */
  readonly sockets: SocketCount;
}

/** Answers 503 with these headers. */
type Refuse = (reason: string, headers: readonly (readonly [name: string, value: string])[]) => void;

/** What becomes of a request for a world. */
export interface Ways {
  readonly here: () => void;
  readonly away: (owner: OtherNode) => void;
  readonly refuse: Refuse;
}

/** What becomes of a request when the node that it was passed on to does not serve it. */
export type OtherWays = Pick<Ways, 'here' | 'refuse'>;

/** Begins to pass a request on to that node. */
type Start = (
  owner: OtherNode,
  ends: { readonly lost: () => void; readonly elsewhere: () => void; readonly over: () => void },
) => PassedRequest | PassedUpgrade;

const nobody = 'No node serves these clients at the moment';
const moved = 'Another node serves these clients now';
const silent = 'The node that serves these clients does not answer';
const unproved = 'This request says that a node has passed it on, and cannot prove it';
const unreachable =
  'Another node serves these clients. This one cannot pass them on, since NODE_URL or CLUSTER_SECRET is not set';
const full = 'This node has no file descriptor left for one more connection';

/**
 * The way to the node that serves the clients of a world (docs/decisions/0042-worlds.md). What a door has let in goes there as it is, with
 * a proof that names the client.
 */
export class Tunnel {
  readonly #options: TunnelOptions;
  readonly #proofs: Proofs;
  readonly #departures: Departures;
  /** By the node that they lead to. */
  readonly #open = new Map<string, Set<PassedRequest | PassedUpgrade>>();
  /** Requests whose proof does not hold. */
  readonly #unproved = new WeakMap<IncomingMessage, 'forged' | 'void'>();
  #connections = 0;
  #isClosed = false;
  #hasWarned = false;

  constructor(options: TunnelOptions) {
    this.#options = options;
    this.#proofs = new Proofs(options);
    this.#departures = new Departures(this.#proofs, options.sockets);
  }

  /** Clients that are connected through it by an upgrade. */
  get connections(): number {
    return this.#connections;
  }

  /** Requests and connections that lead to other nodes, for tests of leaks. */
  get open(): number {
    return [...this.#open.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * From whom a request comes that another node has passed on; undefined for all others. Called once for each request, before anybody else
   * sees it: the header is gone then.
   */
  callerOf(request: IncomingMessage): Caller | undefined {
    const reading = this.#proofs.read(request);
    if (reading === 'none') return undefined;
    delete request.headers['atrium-tunnel'];
    if (typeof reading === 'object') {
      keepPassedOn(request, reading);
      return reading;
    }
    this.#unproved.set(request, reading);
    if (!this.#hasWarned) {
      this.#options.log.warn(
        reading === 'forged'
          ? 'A request that is said to come from a node was not made with this CLUSTER_SECRET; others are not logged'
          : 'A request of a node is for another node, or too old; others are not logged',
        { address: request.socket.remoteAddress },
      );
    }
    this.#hasWarned = true;
    return undefined;
  }

  /** Finds the node for a request, at once where it can. What came from another node is never passed on. */
  route(world: string, request: IncomingMessage, ways: Ways): void {
    const found = this.#options.worlds.ownerOf(world);
    if (!(found instanceof Promise)) this.#send(found, request, ways);
    else {
      void found.then((owner) => {
        if (!request.socket.destroyed) this.#send(owner, request, ways);
      });
    }
  }

  /** Passes a plain request on, and its answer back. */
  request(world: string, owner: OtherNode, request: IncomingMessage, response: ServerResponse, ways: OtherWays): void {
    this.#pass(world, owner, request, ways, (to, ends) => {
      return new PassedRequest(request, response, {
        begin: (isKept) => this.#departures.begin(request, to, [], isKept),
        ...ends,
      });
    });
  }

  /**
   * Passes an upgrade on, and joins the two connections.
   * @param head what the client has sent behind its request
   * @param entered called when the other node has let the client in
   */
  upgrade(
    world: string,
    owner: OtherNode,
    { request, socket, head }: { readonly request: IncomingMessage; readonly socket: Socket; readonly head: Buffer },
    ways: OtherWays,
    entered: () => void,
  ): void {
    const upgrade = ['Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? ''];
    let isIn = false;
    this.#pass(world, owner, request, ways, (to, { over, ...failures }) => {
      return new PassedUpgrade(socket, head, {
        begin: () => this.#departures.begin(request, to, upgrade, false),
        ...failures,
        stillMs: this.#options.stillMs,
        entered: () => {
          isIn = true;
          this.#connections += 1;
          entered();
        },
        over: () => {
          if (isIn) this.#connections -= 1;
          over();
        },
      });
    });
  }

  /** Ends all that leads to a node: it is dead, even if its connections do not say so. */
  cut(node: string): void {
    for (const each of [...(this.#open.get(node) ?? [])]) each.cut();
  }

  close(): void {
    this.#isClosed = true;
    for (const node of [...this.#open.keys()]) this.cut(node);
    this.#departures.close();
  }

  #send(owner: WorldOwner, request: IncomingMessage, { here, away, refuse }: Ways): void {
    const unprovedAs = this.#unproved.get(request);
    // Such a node has an old answer in its memory.
    if (unprovedAs === 'void') refuse(moved, [retryAfter, elsewhere]);
    else if (owner === 'here') here();
    else if (isPassedOn(request)) refuse(moved, [retryAfter, elsewhere]);
    else if (unprovedAs === 'forged') refuse(unproved, [retryAfter]);
    else if (owner === undefined || this.#isClosed) refuse(nobody, [retryAfter]);
    else if (owner.url === '' || !this.#proofs.canSign) refuse(unreachable, [retryAfter]);
    else if (!this.#departures.hasSpace) refuse(full, [retryAfter]);
    else away(owner);
  }

  /** @param isLast whether it is refused when that node does not serve it either */
  #pass(
    world: string,
    owner: OtherNode,
    request: IncomingMessage,
    ways: OtherWays,
    start: Start,
    isLast = hasBody(request),
  ): void {
    const { worlds } = this.#options;
    const { node } = owner;
    const { here, refuse } = ways;
    const open = this.#open.get(node) ?? new Set();
    this.#open.set(node, open);
    try {
      const passed = start(owner, {
        lost: () => {
          if (!this.#isClosed) worlds.mistaken(world, node);
          refuse(silent, [retryAfter]);
        },
        elsewhere: () => {
          worlds.mistaken(world, node);
          const refuseMoved = (): void => {
            refuse(moved, [retryAfter]);
          };
          if (isLast) {
            refuseMoved();
            return;
          }
          this.route(world, request, {
            here,
            away: (next) => {
              if (next.node === node) refuseMoved();
              else this.#pass(world, next, request, ways, start, true);
            },
            refuse,
          });
        },
        over: () => {
          open.delete(passed);
          if (open.size === 0 && this.#open.get(node) === open) this.#open.delete(node);
        },
      });
      open.add(passed);
    } catch {
      refuse('This request cannot be passed on', []);
      if (open.size === 0) this.#open.delete(node);
    }
  }
}
