import { z } from 'zod';
import type { Journal } from '../rooms/index.js';
import type { Notice } from './notice.js';

/** As it is kept. */
const keptNotice = z.object({ id: z.string(), event: z.string(), at: z.number(), body: z.string() });

const prefix = 'hook:';

interface Kept {
  readonly room: string;
  readonly field: string;
  /** How many receivers it still goes to. */
  receivers: number;
}

/**
 * Notices that are kept beside their room until nobody waits for them any more, so that another node that goes on with the room sends them:
 * the same ones, in the same order. Each is written in the turn in which it happens, so both are kept or none.
 */
export class KeptNotices {
  readonly #journal: Pick<Journal, 'changed'>;
  /** By their ids. */
  readonly #kept = new Map<string, Kept>();
  /** Of the last one. A room's later ones have higher numbers. */
  #number = 0;

  constructor(journal: Pick<Journal, 'changed'>) {
    this.#journal = journal;
  }

  keep({ id, event, room, at, body }: Notice): void {
    if (room === '') return;
    this.#number += 1;
    const field = `${prefix}${this.#number}`;
    this.#journal.changed(room, field, () => ({ id, event, at, body }) satisfies z.input<typeof keptNotice>);
    this.#kept.set(id, { room, field, receivers: 0 });
  }

  /** It is told to so many receivers now. */
  waits(notice: Notice, receivers: number): void {
    const kept = this.#kept.get(notice.id);
    if (kept) kept.receivers = receivers;
    if (receivers === 0) this.settled(notice);
  }

  /** A receiver does not wait for it any more. */
  settled({ id, room }: Notice): void {
    const kept = this.#kept.get(id);
    if (!kept) return;
    kept.receivers -= 1;
    if (kept.receivers > 0) return;
    this.#kept.delete(id);
    this.#journal.changed(room, kept.field, undefined);
  }

  /** Those that another node has left, in order. @param fields of the room, as they are kept */
  restored(room: string, fields: ReadonlyMap<string, string>): readonly Notice[] {
    const found = [...fields].flatMap(([field, text]) => {
      const notice = field.startsWith(prefix) ? noticeIn(text) : undefined;
      return notice ? [{ number: Number(field.slice(prefix.length)), field, notice: { ...notice, room } }] : [];
    });
    found.sort((one, other) => one.number - other.number);
    for (const { number, field, notice } of found) {
      this.#number = Math.max(this.#number, number);
      this.#kept.set(notice.id, { room, field, receivers: 0 });
    }
    return found.map(({ notice }) => notice);
  }

  /** Another node has them now, those of this turn too. @param room default: all rooms */
  forget(room?: string): void {
    for (const [id, kept] of this.#kept) if (room === undefined || kept.room === room) this.#kept.delete(id);
  }
}

function noticeIn(text: string): Omit<Notice, 'room'> | undefined {
  try {
    return keptNotice.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
