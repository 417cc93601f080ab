/** What the join form was filled with last time. Empty where the browser keeps nothing (private windows, blocked storage). */
export interface Remembered {
  readonly name: string;
  readonly room: string;
}

const storageKey = 'atrium.join';

export function recall(): Remembered {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    return { name: textIn(kept, 'name'), room: textIn(kept, 'room') };
  } catch {
    return { name: '', room: '' };
  }
}

export function remember(filled: Remembered): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(filled));
  } catch {
    // Then the form is empty next time.
  }
}

function textIn(kept: unknown, member: string): string {
  if (typeof kept !== 'object' || kept === null) return '';
  const value: unknown = Reflect.get(kept, member);
  return typeof value === 'string' ? value : '';
}
