import type { GatewayContext } from './gateway-context.js';
import type { GatewayLine, Unserved } from './gateway-line.js';
import type { GatewayLines } from './gateway-lines.js';
import type { About, Sent } from './messages.js';
import type { WrittenReports } from './written-reports.js';

/** What a gateway sends to the owner of a room: what its clients do, and up to where it has written to them. */
export class GatewayRequests {
  readonly #hash: string;
  readonly #context: Pick<GatewayContext, 'nodeId' | 'post' | 'counts' | 'isUp'>;
  readonly #lines: GatewayLines;
  readonly #reports: WrittenReports;

  constructor(
    hash: string,
    context: Pick<GatewayContext, 'nodeId' | 'post' | 'counts' | 'isUp'>,
    lines: GatewayLines,
    reports: WrittenReports,
  ) {
    this.#hash = hash;
    this.#context = context;
    this.#lines = lines;
    this.#reports = reports;
  }

  /** Sends all of these lines that is not served. */
  sendAll(node: string, lines: readonly GatewayLine[]): void {
    this.send(
      node,
      lines.map((line) => [line, line.all]),
    );
  }

  /** @param withinMs as `Line.send` */
  send(
    node: string,
    lines: readonly (readonly [line: GatewayLine, unserved: readonly Unserved[]])[],
    withinMs?: number,
  ): void {
    if (!this.#context.isUp()) return;
    for (const [line, unserved] of lines) this.#count(node, line, unserved);
    const unknown = lines.filter(([{ isIn, id }]) => !isIn || !this.#lines.isKnown(id));
    const message = {
      t: 'req' as const,
      ...this.#reports.now(),
      l: Object.fromEntries(unknown.map(([line]): [string, About] => [line.id, line.about])),
      q: lines.flatMap(([line, unserved]) =>
        unserved.map(({ number, act }): [string, number, typeof act] => [line.id, number, act]),
      ),
    };
    this.#post(node, message, withinMs);
  }

  /** Tells the owner up to where all was written. */
  report(node: string): void {
    const direct = this.#lines.all.filter((line) => line.direct > 0);
    const k = direct.map((line): [string, number] => [line.id, line.direct]);
    this.#post(node, { t: 'w', ...this.#reports.now(), ...(k.length > 0 && { k: Object.fromEntries(k) }) });
  }

  /** Tells the owner that these lines are not here, or not any more. */
  reportMissing(node: string, lines: readonly string[]): void {
    this.#post(node, { t: 'w', ...this.#reports.now(), u: [...lines] });
  }

  #count(node: string, line: GatewayLine, unserved: readonly Unserved[]): void {
    const { counts, nodeId } = this.#context;
    for (const { number, act } of unserved) {
      if (number <= line.sent) counts.resent += 1;
      else if (act.a === 'f' && node !== nodeId) counts.framesRelayed += 1;
    }
    line.sent = Math.max(line.sent, unserved.at(-1)?.number ?? 0);
  }

  #post(node: string, message: Rest<Extract<Sent, { t: 'req' | 'w' }>>, withinMs?: number): void {
    this.#context.post.send(node, { v: 1, r: this.#hash, g: this.#context.nodeId, ...message }, withinMs);
  }
}

/** A message without what all have. */
type Rest<Message> = Message extends unknown ? Omit<Message, 'v' | 'r' | 'g'> : never;
