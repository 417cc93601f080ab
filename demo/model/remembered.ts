/** The settings of the last call. Empty where the browser keeps nothing (private windows, blocked storage). */
export interface Remembered {
  readonly name: string;
  readonly room: string;
  /** Ids of devices. */
  readonly camera: string;
  readonly microphone: string;
  readonly speaker: string;
  /** Of the page: a key of `languages`. */
  readonly language: string;
}

/** The call this tab is in, so that a reload goes back to it. */
export interface PresentCall {
  readonly name: string;
  readonly room: string;
  readonly listenOnly: boolean;
  /** Empty: none. */
  readonly token: string;
  readonly password: string;
}

const storageKey = 'atrium.join';
const presentKey = 'atrium.call';
const offKey = 'atrium.off';
const preferredKey = 'atrium.preferences';
const devices = ['camera', 'microphone'] as const;

export function recall(): Remembered {
  const kept = read(() => localStorage, storageKey);
  return {
    name: textIn(kept, 'name'),
    room: textIn(kept, 'room'),
    camera: textIn(kept, 'camera'),
    microphone: textIn(kept, 'microphone'),
    speaker: textIn(kept, 'speaker'),
    language: textIn(kept, 'language'),
  };
}

/** Keeps the members that are given; the others stay as they were kept before. */
export function remember(part: Partial<Remembered>): void {
  write(() => localStorage, storageKey, { ...recall(), ...part });
}

export function presentCall(): PresentCall | undefined {
  const kept = read(() => sessionStorage, presentKey);
  const [name, room] = [textIn(kept, 'name'), textIn(kept, 'room')];
  if (name === '' || room === '') return undefined;
  const [token, password] = [textIn(kept, 'token'), textIn(kept, 'password')];
  return { name, room, listenOnly: textIn(kept, 'listenOnly') === 'yes', token, password };
}

/** Undefined: this tab is in none. */
export function keepCall(call: PresentCall | undefined): void {
  write(() => sessionStorage, presentKey, call && { ...call, listenOnly: call.listenOnly ? 'yes' : 'no' });
}

/** The devices that the user has turned off: in this tab, or when they were here last. */
export function keptOff(): readonly ('camera' | 'microphone')[] {
  const [tab, last] = [() => sessionStorage, () => localStorage].map((storage) => read(storage, offKey));
  const kept = Array.isArray(tab) ? tab : last;
  return devices.filter((device) => Array.isArray(kept) && kept.includes(device));
}

export function keepOff(off: readonly ('camera' | 'microphone')[]): void {
  write(() => sessionStorage, offKey, off);
  write(() => localStorage, offKey, off);
}

/** What the user prefers, as texts. Empty: they have not chosen. */
export interface Preferred {
  readonly theme: string;
  readonly shortcuts: string;
  readonly sounds: string;
}

export function recallPreferred(): Preferred {
  const kept = read(() => localStorage, preferredKey);
  return { theme: textIn(kept, 'theme'), shortcuts: textIn(kept, 'shortcuts'), sounds: textIn(kept, 'sounds') };
}

export function keepPreferred(preferred: Preferred): void {
  write(() => localStorage, preferredKey, preferred);
}

function read(storage: () => Storage, key: string): unknown {
  try {
    return JSON.parse(storage().getItem(key) ?? '{}') as unknown;
  } catch {
    return {};
  }
}

function write(storage: () => Storage, key: string, value: object | undefined): void {
  try {
    if (value) storage().setItem(key, JSON.stringify(value));
    else storage().removeItem(key);
  } catch {
    // Then it is not remembered.
  }
}

function textIn(kept: unknown, member: string): string {
  if (typeof kept !== 'object' || kept === null) return '';
  const value: unknown = Reflect.get(kept, member);
  return typeof value === 'string' ? value : '';
}
