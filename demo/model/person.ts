import { computed, signal, type Signal } from '@preact/signals';
import type {
  ConnectionStatistics,
  MediaKind,
  ParticipantState,
  Quality,
  QualityLevel,
  Rates,
} from '../../client/index.js';
import type { Voice } from '../words/words.js';
import { Picture } from './picture.js';
import { Transit } from './transit.js';

/** What the statistics show of one connection. */
export interface Figures {
  readonly rates: Rates;
  readonly statistics: ConnectionStatistics;
}

/** A participant on the stage, the user of this page included. */
export class Person {
  /** The user name: unique in the room. */
  readonly id: string;
  readonly own: boolean;
  /** Camera and microphone. */
  readonly stream = signal<MediaStream | undefined>(undefined);
  /** Undefined: they share none beside their camera. */
  readonly screen = signal<MediaStream | undefined>(undefined);
  readonly picture = new Picture(this, false);
  readonly screenPicture = new Picture(this, true);
  readonly transit: Transit;
  /** Why they send nothing, though nothing is wrong. */
  readonly idle = signal<'listening' | 'listeningOnly' | undefined>(undefined);
  /** Shown in place of the picture: why there is none. */
  readonly note = computed(() => this.transit.note.value || this.#idleNote());
  /** The picture was lost, and is expected back. */
  readonly reconnecting = computed(() => this.transit.reconnecting.value);
  readonly muted = signal(false);
  /** They have turned the camera off. What has no camera at all, or does not tell, is not off. */
  readonly cameraOff = signal(false);
  readonly speaking = signal(false);
  /** How loud they are at this moment: 0 to 1, linear. */
  level: () => number = () => 0;
  /** When they were heard last, in ms since 1970; 0: not yet. */
  readonly spokeAt = signal(0);
  readonly publishes = signal(false);
  /** What a moderator has muted. */
  readonly cut = signal<readonly MediaKind[]>([]);
  /** When the hand was raised, in ms since 1970. Undefined: it is down. */
  readonly handSince = signal<number | undefined>(undefined);
  /** As the server judges it. */
  readonly connectionQuality = signal<QualityLevel>('excellent');
  readonly figures = signal<Figures | undefined>(undefined);

  readonly #name: Signal<string>;
  readonly #voice: Voice;

  constructor(id: string, name: string, own: boolean, voice: Voice) {
    this.id = id;
    this.#name = signal(name);
    this.own = own;
    this.#voice = voice;
    this.transit = new Transit(own, voice);
  }

  /** For people. It can change. */
  get name(): string {
    return this.#name.value;
  }

  renamed(name: string): void {
    this.#name.value = name;
  }

  isCut(kind: MediaKind): boolean {
    return this.cut.value.includes(kind);
  }

  #idleNote(): string {
    const sends = this.transit.state.value !== undefined;
    return sends || this.idle.value === undefined ? '' : this.#voice.words().media[this.idle.value];
  }

  /** Takes over what the server tells. What the user of this page has muted, the page knows itself. */
  take({ audio, video, hand, handSince, mutedKinds = [] }: ParticipantState): void {
    this.cut.value = mutedKinds;
    this.handSince.value = hand ? (handSince ?? 0) : undefined;
    if (this.own) return;
    this.muted.value = !audio;
    this.cameraOff.value = !video;
  }

  /** How well sound and picture come through: what the server says of it where that is bad. `unknown` while they do not. */
  get quality(): Quality | 'lost' {
    const level = this.transit.offline.value ? undefined : this.connectionQuality.value;
    return level === 'poor' || level === 'lost' ? level : this.transit.quality.value;
  }
}

/** Those with a raised hand first, in the order in which they raised it. */
export function inOrder(people: readonly Person[]): readonly Person[] {
  const since = (person: Person): number => person.handSince.value ?? Infinity;
  // Two without a hand differ by NaN.
  return [...people].sort((a, b) => since(a) - since(b) || 0);
}

export function initial(name: string): string {
  const [first = '?'] = name.trim();
  return first.toUpperCase();
}

/** The hue of a name, in degrees. A person has the same colour on every screen. */
export function hueOf(name: string): number {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 3600;
  return (hash * 47) % 360;
}
