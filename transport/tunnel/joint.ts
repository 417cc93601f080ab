import type { Socket } from 'node:net';
import { Patience } from '../gate/patience.js';

/** How long the rest may take, once one end has sent its last, in ms. As long as a WebSocket has for its closing handshake. */
const restMs = 10_000;
/** A machine that is gone says nothing: asked after so long without a word. In ms. */
const keepAliveMs = 10_000;

/**
 * Two connections as one: what comes from the one goes to the other. A slow reader slows the writer down, the end of a direction is passed
 * on, and when one of the two is gone, so is the other.
 */
export class Joint {
  readonly #ends: readonly [Socket, Socket];
  readonly #stillMs: number;
  readonly #waits = new Set<Patience>();

  /**
   * @param stillMs how long an end may take nothing of what waits for it
   * @param onClosed called once, when both are gone
   */
  constructor(one: Socket, other: Socket, stillMs: number, onClosed: () => void) {
    this.#ends = [one, other];
    this.#stillMs = stillMs;
    let open = 2;
    for (const end of this.#ends) {
      end.setTimeout(0);
      end.setNoDelay(true);
      end.setKeepAlive(true, keepAliveMs);
      end.on('error', ignore);
      end.once('close', () => {
        open -= 1;
        if (open > 0) return;
        for (const wait of this.#waits) wait.stop();
        onClosed();
      });
    }
    this.#carry(one, other);
    this.#carry(other, one);
  }

  /** Ends both at once. */
  cut(): void {
    for (const end of this.#ends) end.destroy();
  }

  #carry(from: Socket, to: Socket): void {
    from.on('data', (bytes: Buffer) => {
      if (to.destroyed || to.write(bytes)) return;
      from.pause();
      this.#waitFor(to, () => from.resume());
    });
    const ended = (): void => {
      to.end();
      this.#wait(restMs, () => {
        this.cut();
      });
    };
    // A client may have ended its side before there was another one.
    if (from.readableEnded) ended();
    else from.once('end', ended);
    from.once('close', (hadError) => {
      // Where the end was not passed on, the connection was lost.
      if (hadError || !from.readableEnded) to.destroy();
    });
    if (from.destroyed) to.destroy();
  }

  /** Cuts off an end that takes nothing. */
  #waitFor(to: Socket, taken: () => void): void {
    const before = takenBy(to);
    const wait = this.#wait(this.#stillMs, () => {
      to.off('drain', drained);
      if (takenBy(to) === before) this.cut();
      else this.#waitFor(to, taken);
    });
    const drained = (): void => {
      wait.stop();
      this.#waits.delete(wait);
      taken();
    };
    to.once('drain', drained);
  }

  #wait(ms: number, onOver: () => void): Patience {
    const wait = new Patience(ms, () => {
      this.#waits.delete(wait);
      onOver();
    });
    this.#waits.add(wait);
    return wait;
  }
}

/** Bytes of it that the system has taken. */
function takenBy({ bytesWritten, writableLength }: Socket): number {
  return bytesWritten - writableLength;
}

function ignore(): void {
  // 'close' follows.
}
