import type { WireFrame } from '../port.js';
import { comparePositions } from '../position.js';
import type { Position } from '../position.js';
import type { GatewayLines } from './gateway-lines.js';
import type { PassingMessage } from './messages.js';

/** Messages that wait until what comes before them is written. */
const mostWaiting = 16;

/** What the owner of a room tells clients of this node past the log: each of them once, and nothing older after something newer. */
export class GatewayPassing {
  readonly #lines: GatewayLines;
  readonly #frameOf: (text: string) => WireFrame;
  #waiting: PassingMessage[] = [];

  constructor(lines: GatewayLines, frameOf: (text: string) => WireFrame) {
    this.#lines = lines;
    this.#frameOf = frameOf;
  }

  /** What the log has overtaken is not told: it may be about a session that is over. The last of it comes again. @param written up to where the log was written */
  take(message: PassingMessage, written: Position | undefined): void {
    if (written && comparePositions(message.p, written) < 0) return;
    this.#waiting = [...this.#waiting, message].slice(-mostWaiting);
    this.written(written);
  }

  /** All up to there is written. */
  written(to: Position | undefined): void {
    if (!to || this.#waiting.length === 0) return;
    const due = this.#waiting.filter(({ p }) => comparePositions(p, to) <= 0);
    this.#waiting = this.#waiting.filter((message) => !due.includes(message));
    for (const message of due) this.#write(message);
  }

  /** Another owner tells what is true now. */
  forget(): void {
    this.#waiting = [];
  }

  #write({ e: epoch, f }: PassingMessage): void {
    for (const [slots, number, text] of f) {
      let frame: WireFrame | undefined;
      this.#lines.forEachOf(slots, (line) => {
        const { passed } = line;
        if (passed && comparePositions(passed, { epoch, seq: number }) >= 0) return;
        line.passed = { epoch, seq: number };
        frame ??= this.#frameOf(text);
        line.client.write(frame);
      });
    }
  }
}
