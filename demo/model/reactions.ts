import { signal } from '@preact/signals';
import type { DataMessage } from '../../client/index.js';
import { browserClock, type Clock } from './clock.js';

/** Of the data messages that carry a reaction: the emoji itself, in UTF-8. */
export const reactionTopic = 'atrium.reaction';

export const emojis = { thumb: '👍', heart: '❤️', clap: '👏', laugh: '😂', party: '🎉' } as const;

export type ReactionKind = keyof typeof emojis;

export const reactionKinds = Object.keys(emojis) as readonly ReactionKind[];

/** How long one is shown, in ms. The animation of `.reaction` takes as long. */
const shownMs = 4_000;
/** Of one participant at a time. Also the pace in which one may send them. */
const mostOfOne = 5;
/** Of all together. */
const most = 30;
/** The longest emoji, in bytes. */
const longest = 8;

export interface Reaction {
  readonly id: number;
  /** Id of the participant. */
  readonly from: string;
  readonly kind: ReactionKind;
}

/** What is shown of the reactions in a call, each for some seconds. What is too much is not shown. */
export class Reactions {
  readonly #clock: Clock;
  readonly shown = signal<readonly Reaction[]>([]);
  /** To be read out: the last that came from somebody of whom none was shown. */
  readonly news = signal<Reaction | undefined>(undefined);
  #nextId = 0;

  constructor(clock: Clock = browserClock) {
    this.#clock = clock;
  }

  /** @returns a function that takes it away before its time. Undefined: there are too many already */
  show(from: string, kind: ReactionKind, own = false): (() => void) | undefined {
    const shown = this.shown.value;
    const before = shown.filter((each) => each.from === from).length;
    if (before >= mostOfOne || shown.length >= most) return undefined;
    const reaction = { id: this.#nextId++, from, kind };
    this.shown.value = [...shown, reaction];
    if (before === 0 && !own) this.news.value = reaction;
    const hide = (): void => {
      forget();
      this.shown.value = this.shown.value.filter((each) => each !== reaction);
    };
    const forget = this.#clock.later(shownMs, hide);
    return hide;
  }
}

/** Undefined for every other message, and for what this page does not know. */
export function reactionIn({ topic, bytes }: DataMessage): ReactionKind | undefined {
  if (topic !== reactionTopic || bytes.length > longest) return undefined;
  const text = new TextDecoder().decode(bytes);
  return reactionKinds.find((kind) => emojis[kind] === text);
}
