import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { callerOf } from '../gate/caller.js';
import { Patience } from '../gate/patience.js';
import type { SocketCount } from '../gate/socket-count.js';
import { proofHeader } from './proof.js';
import type { Proofs } from './proof.js';
import { onwards } from './target.js';
import type { RawHeaders } from './target.js';
import type { OtherNode } from './world-owners.js';

/** How long another node may take for a new connection, in ms. */
const connectMs = 2_000;
/** How long a connection is kept for the next request, in ms: shorter than the other node keeps it, which is 5 s. */
const kept = { keepAlive: true, timeout: 2_000 };

/** Requests of this node to others. */
export class Departures {
  readonly #proofs: Proofs;
  readonly #sockets: SocketCount;
  readonly #agents = { http: new HttpAgent(kept), https: new HttpsAgent(kept) };
  readonly #counted = new WeakSet<Socket>();

  /** @param sockets counts the connections: they take file descriptors, as those of clients do */
  constructor(proofs: Proofs, sockets: SocketCount) {
    this.#proofs = proofs;
    this.#sockets = sockets;
  }

  /** Whether one more connection may be opened. */
  get hasSpace(): boolean {
    return this.#sockets.excess < 0;
  }

  /**
   * Begins the same request at another node. Its body is still to be sent.
   * @param more headers that it gets besides
   * @param isKept whether the connection is one of several that are kept
   * @throws TypeError for a request that Node reads and does not write
   */
  begin(request: IncomingMessage, { node, url }: OtherNode, more: RawHeaders, isKept: boolean): ClientRequest {
    const isSecure = url.startsWith('https:');
    const proof = this.#proofs.sign(request, node, callerOf(request));
    const target = onwards(request, url, [...more, proofHeader, proof]);
    const agent = isKept && (isSecure ? this.#agents.https : this.#agents.http);
    const outgoing = (isSecure ? httpsRequest : httpRequest)({ ...target, agent });
    outgoing.setNoDelay(true);
    outgoing.once('socket', (socket: Socket) => {
      if (!socket.connecting) return;
      this.#count(socket);
      const patience = new Patience(connectMs, () => {
        outgoing.destroy(new Error(`no connection within ${connectMs} ms`));
      });
      for (const event of ['connect', 'close'] as const) {
        socket.once(event, () => {
          patience.stop();
        });
      }
    });
    return outgoing;
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #count(socket: Socket): void {
    if (this.#counted.has(socket)) return;
    this.#counted.add(socket);
    this.#sockets.opened();
    socket.once('close', () => {
      this.#sockets.closed();
    });
  }
}
