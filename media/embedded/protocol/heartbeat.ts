import type { WebSocket } from 'ws';
import { isMidMessage } from '../../../mid-message.js';

/** Pings that a peer may leave unanswered, and pings that may go out while one message is not complete. */
const misses = 2;

interface Peer {
  unanswered: number;
  /** Pings since the present message was seen to have begun. */
  midMessage: number;
}

/**
 * Pings sockets and cuts those whose peer is gone, or does not complete a message. Clients of the Kurento protocol need not ping
 * (docs/protocols/kurento-media.md#31-ping), but RFC 6455 §5.5.2 makes each of them answer.
 */
export class Heartbeat {
  readonly #periodMs: number;
  readonly #peers = new Map<WebSocket, Peer>();
  #timer: NodeJS.Timeout | undefined;
  #lastBeat = 0;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  watch(socket: WebSocket): void {
    const peer: Peer = { unanswered: 0, midMessage: 0 };
    const heard = (): void => {
      peer.unanswered = 0;
    };
    this.#peers.set(socket, peer);
    socket.on('pong', heard).on('ping', heard).on('message', heard);
    socket.on('message', () => {
      peer.midMessage = 0;
    });
    socket.on('close', () => {
      this.#peers.delete(socket);
      if (this.#peers.size === 0) this.stop();
    });
    if (this.#timer) return;
    this.#lastBeat = performance.now();
    this.#timer = setInterval(() => {
      this.#beat();
    }, this.#periodMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #beat(): void {
    const now = performance.now();
    // A beat that is late means that this process stood still. What the peers have sent meanwhile was not read yet.
    const isLate = now - this.#lastBeat > 1.5 * this.#periodMs;
    this.#lastBeat = now;
    for (const [socket, peer] of this.#peers) {
      if (socket.readyState !== socket.OPEN) continue;
      if (!isLate && (peer.unanswered >= misses || peer.midMessage >= misses)) {
        socket.terminate();
        continue;
      }
      if (!isLate) peer.unanswered += 1;
      if (!isMidMessage(socket)) peer.midMessage = 0;
      else if (!isLate) peer.midMessage += 1;
      socket.ping();
    }
  }
}
