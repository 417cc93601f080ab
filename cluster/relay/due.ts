import { pair } from '../position.js';
import type { Sent } from './messages.js';
import type { OverLine } from './over-lines.js';
import type { OwnerLine } from './owner-line.js';

/** What a message to a gateway has besides entries of the log. */
export type DueFields = Pick<Extract<Sent, { t: 'out' }>, 'd' | 'h' | 'b' | 'x' | 'u'>;

/** What a turn has for one gateway besides entries of the log. */
export class Due {
  /** Lines over which something was served. */
  readonly done = new Set<OwnerLine>();
  /** Lines whose gateway has asked again: it may not have heard where they begin. */
  readonly repeated = new Set<OwnerLine>();
  /** By line that goes on with a session, the entry before its `bind`. */
  readonly bound = new Map<string, number>();
  /** For clients that are in no room, as `x` of the message. */
  readonly direct: [line: string, number: number, text: string][] = [];
  /** Lines that are not known here. */
  readonly unknown = new Set<string>();
  readonly over = new Set<OverLine>();

  /** @param epoch of the turn. @param unheard lines whose gateway may have heard nothing yet: it begins where the first of them does */
  fields(epoch: number, unheard: Iterable<Pick<OwnerLine, 'id' | 'bound'>>): DueFields {
    const d: DueFields['d'] = {};
    const b: DueFields['b'] = {};
    for (const line of [...this.done, ...this.repeated]) d[line.id] = line.done;
    for (const [line, seq] of this.bound) b[line] = [epoch, seq];
    for (const { id, line } of this.over) {
      d[id] = line.done;
      if (line.bound) b[id] ??= pair(line.bound);
    }
    for (const { id, bound } of this.repeated) if (bound) b[id] ??= pair(bound);
    for (const { id, bound } of unheard) if (bound) b[id] ??= pair(bound);
    const h = [...this.done, ...this.repeated].flatMap(({ id, isWaiting }) => (isWaiting ? [id] : []));
    return { d, ...(h.length > 0 && { h }), b, x: this.direct, u: [...this.unknown] };
  }
}
