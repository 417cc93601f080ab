import { RoomError } from './errors.js';
import type * as api from './index.js';
import type { KeptValueRecord } from './records.js';
import { isSayable } from './texts.js';

/** The longest key, in bytes of UTF-8. */
const mostKeyBytes = 256;
/** The longest value, as JSON, in bytes of UTF-8: what one field of a room's journal holds. */
export const mostKeptValueBytes = 65_536;
/** What all values in a room may have together, keys and values of all dialects, in bytes. */
export const mostKeptBytes = 8_388_608;

interface KeptInRoom {
  /** @param record undefined: it is not there any more */
  readonly keep: (dialect: string, key: string, record: (() => unknown) | undefined) => void;
  /** Whether a dialect keeps the room open is another matter now. */
  readonly keepsOpenChanged: () => void;
  /** Throws when nothing is kept any more. */
  readonly assertOpen: () => void;
}

/** What dialects keep with a room. It ends with the room. */
export class KeptInDialects {
  readonly #room: KeptInRoom;
  readonly #byDialect = new Map<string, KeptValues>();
  #bytes = 0;

  constructor(room: KeptInRoom) {
    this.#room = room;
  }

  of(dialect: string): KeptValues {
    let values = this.#byDialect.get(dialect);
    if (!values) {
      values = new KeptValues({
        keep: (key, text) => {
          this.#room.keep(dialect, key, text === undefined ? undefined : () => JSON.parse(text) as unknown);
        },
        keepsOpenChanged: this.#room.keepsOpenChanged,
        assertOpen: this.#room.assertOpen,
        take: (bytes) => this.#take(bytes),
        restored: (bytes) => {
          this.#bytes += bytes;
        },
      });
      this.#byDialect.set(dialect, values);
    }
    return values;
  }

  /** The dialects that keep the room open. */
  get openedBy(): readonly string[] {
    return [...this.#byDialect].flatMap(([dialect, { keepsOpen }]) => (keepsOpen ? [dialect] : []));
  }

  /** Those that keep anything. */
  get dialects(): readonly string[] {
    return [...this.#byDialect].flatMap(([dialect, { isEmpty }]) => (isEmpty ? [] : [dialect]));
  }

  get records(): KeptValueRecord[] {
    return [...this.#byDialect].flatMap(([dialect, values]) =>
      [...values.entries()].map(([key, value]) => ({ dialect, key, value })),
    );
  }

  /** Goes on where another process was. Nothing is written. */
  restore(records: readonly KeptValueRecord[], openedBy: readonly string[]): void {
    for (const { dialect, key, value } of records) this.of(dialect).restore(key, value);
    for (const dialect of openedBy) this.of(dialect).restoreKeepsOpen();
  }

  /** Nothing is there any more. */
  end(): void {
    for (const values of this.#byDialect.values()) values.end();
    this.#byDialect.clear();
    this.#bytes = 0;
  }

  /** @param bytes how many more, or fewer. @returns whether there is room for them; if not, nothing changes */
  #take(bytes: number): boolean {
    if (bytes > 0 && this.#bytes + bytes > mostKeptBytes) return false;
    this.#bytes += bytes;
    return true;
  }
}

interface KeptOfDialect extends Omit<KeptInRoom, 'keep'> {
  readonly keep: (key: string, text: string | undefined) => void;
  readonly take: (bytes: number) => boolean;
  readonly restored: (bytes: number) => void;
}

/** Those of one dialect. Each is kept as JSON, so that all processes read the same. */
export class KeptValues implements api.KeptValues {
  readonly #kept: KeptOfDialect;
  readonly #texts = new Map<string, { readonly text: string; readonly bytes: number }>();
  #keepsOpen = false;

  constructor(kept: KeptOfDialect) {
    this.#kept = kept;
  }

  get(key: string): unknown {
    const kept = this.#texts.get(key);
    return kept && JSON.parse(kept.text);
  }

  set(key: string, value: unknown): void {
    this.#kept.assertOpen();
    const text = textOf(key, value);
    const former = this.#texts.get(key);
    if (former?.text === text) return;
    const bytes = bytesOf(key) + bytesOf(text);
    if (!this.#kept.take(bytes - (former?.bytes ?? 0))) {
      throw new RoomError('too-many', `A room keeps at most ${mostKeptBytes} bytes for its dialects`);
    }
    this.#texts.set(key, { text, bytes });
    this.#kept.keep(key, text);
  }

  delete(key: string): boolean {
    const former = this.#texts.get(key);
    if (!former) return false;
    this.#kept.assertOpen();
    this.#kept.take(-former.bytes);
    this.#texts.delete(key);
    this.#kept.keep(key, undefined);
    return true;
  }

  *entries(): Generator<readonly [key: string, value: unknown]> {
    for (const [key, { text }] of [...this.#texts]) yield [key, JSON.parse(text)];
  }

  get isEmpty(): boolean {
    return this.#texts.size === 0;
  }

  get keepsOpen(): boolean {
    return this.#keepsOpen;
  }

  set keepsOpen(keepsOpen: boolean) {
    if (keepsOpen === this.#keepsOpen) return;
    this.#kept.assertOpen();
    this.#keepsOpen = keepsOpen;
    this.#kept.keepsOpenChanged();
  }

  restore(key: string, value: unknown): void {
    const text = JSON.stringify(value ?? null);
    const bytes = bytesOf(key) + bytesOf(text);
    this.#texts.set(key, { text, bytes });
    // Whatever the bound is here: it was there.
    this.#kept.restored(bytes);
  }

  restoreKeepsOpen(): void {
    this.#keepsOpen = true;
  }

  end(): void {
    this.#texts.clear();
    this.#keepsOpen = false;
  }
}

/** @throws RangeError for a key that is none; TypeError for what is no plain data; RoomError `invalid-text` for a value that is too long */
function textOf(key: string, value: unknown): string {
  if (key === '' || !isSayable(key, mostKeyBytes)) {
    throw new RangeError(`A key has 1 to ${mostKeyBytes} bytes of well-formed Unicode`);
  }
  const text: unknown = JSON.stringify(value);
  if (typeof text !== 'string') throw new TypeError(`The value of "${key}" is no plain data`);
  if (!isSayable(text, mostKeptValueBytes)) {
    throw new RoomError('invalid-text', `A kept value has at most ${mostKeptValueBytes} bytes`);
  }
  return text;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
