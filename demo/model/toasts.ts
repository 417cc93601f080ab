import { computed, signal } from '@preact/signals';
import { browserClock, type Clock } from './clock.js';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'fact' | 'problem';
}

const shownMs: Readonly<Record<Toast['kind'], number>> = { fact: 5_000, problem: 10_000 };
/** So long at least, when others wait: it takes that long to read one. */
const leastMs = 2_500;
/** Of several that come at once, the last ones matter. */
const mostWaiting = 3;

/** The short messages of one call: one at a time, and none twice. Each disappears by itself. */
export class Toasts {
  readonly #clock: Clock;
  /** The one that is shown, then those that wait. */
  readonly queue = signal<readonly Toast[]>([]);
  readonly shown = computed(() => this.queue.value[0]);
  #nextId = 0;
  #since = 0;
  #stopTimer = (): void => undefined;

  constructor(clock: Clock = browserClock) {
    this.#clock = clock;
  }

  /** @returns a function that takes it away before its time */
  show(text: string, kind: Toast['kind'] = 'fact'): () => void {
    const same = this.queue.value.find((each) => each.text === text);
    const toast = same ?? { id: this.#nextId++, text, kind };
    if (!same) {
      const [first, ...waiting] = [...this.queue.value, toast];
      this.#change([first, ...waiting.slice(-mostWaiting)]);
    }
    return () => {
      this.#change(this.queue.value.filter(({ id }) => id !== toast.id));
    };
  }

  #change(queue: readonly Toast[]): void {
    const [first, ...waiting] = queue;
    if (first?.id !== this.shown.value?.id) this.#since = this.#clock.now();
    this.queue.value = queue;
    this.#stopTimer();
    if (!first) return;
    const whole = waiting.length > 0 ? leastMs : shownMs[first.kind];
    this.#stopTimer = this.#clock.later(Math.max(0, this.#since + whole - this.#clock.now()), () => {
      this.#change(waiting);
    });
  }
}
