import type { WebSocket } from 'ws';

/** Pings that a peer may leave unanswered. */
const misses = 2;

/**
 * Pings sockets and cuts those whose peer is gone. Clients of the Kurento protocol need not ping
 * (docs/protocols/kurento-media.md#31-ping), but RFC 6455 §5.5.2 makes each of them answer.
 */
export class Heartbeat {
  readonly #periodMs: number;
  readonly #unanswered = new Map<WebSocket, number>();
  #timer: NodeJS.Timeout | undefined;
  #lastBeat = 0;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  watch(socket: WebSocket): void {
    const heard = (): void => {
      if (this.#unanswered.has(socket)) this.#unanswered.set(socket, 0);
    };
    this.#unanswered.set(socket, 0);
    socket.on('pong', heard).on('ping', heard).on('message', heard);
    socket.on('close', () => {
      this.#unanswered.delete(socket);
      if (this.#unanswered.size === 0) this.stop();
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
    for (const [socket, unanswered] of this.#unanswered) {
      if (socket.readyState !== socket.OPEN) continue;
      if (unanswered >= misses && !isLate) {
        socket.terminate();
        continue;
      }
      if (!isLate) this.#unanswered.set(socket, unanswered + 1);
      socket.ping();
    }
  }
}
