import { effect, signal } from '@preact/signals';
import { keepPreferred, recallPreferred } from './remembered.js';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** What the user has chosen for their calls, also for the next visits. */
export class Preferences {
  readonly theme = signal<Theme>('system');
  /** Whether single keys do something. */
  readonly shortcuts = signal(true);
  /** Whether it is heard that somebody joins or leaves. */
  readonly sounds = signal(true);

  constructor() {
    const { theme, shortcuts, sounds } = recallPreferred();
    this.theme.value = themes.find((each) => each === theme) ?? 'system';
    this.shortcuts.value = shortcuts !== 'no';
    this.sounds.value = sounds !== 'no';
  }

  /** Keeps each change from now on. Returns a function that ends that. */
  keep(): () => void {
    return effect(() => {
      keepPreferred({
        theme: this.theme.value,
        shortcuts: this.shortcuts.value ? 'yes' : 'no',
        sounds: this.sounds.value ? 'yes' : 'no',
      });
    });
  }

  /** The CSS `color-scheme`; empty for that of the page around. */
  get colorScheme(): string {
    return this.theme.value === 'system' ? '' : this.theme.value;
  }
}
