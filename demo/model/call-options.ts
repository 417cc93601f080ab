import { signal } from '@preact/signals';
import type { CallButton } from '../../client/index.js';
import { Voice } from '../words/words.js';
import { Preferences } from './preferences.js';

/** What the page around a call wants of it. */
export class CallOptions {
  /** Empty: all. */
  readonly buttons = signal<readonly string[]>([]);
  readonly chat = signal(true);
  /** Address of the server's page, to which invitations lead. Empty: this is that page. */
  readonly home: string;
  readonly voice: Voice;
  readonly preferences: Preferences;
  /** Of the user, for what the server serves besides the call. Empty: none. */
  readonly token: string;

  constructor(home = '', voice = new Voice(), preferences = new Preferences(), token = '') {
    this.home = home;
    this.voice = voice;
    this.preferences = preferences;
    this.token = token;
  }

  shows(button: CallButton): boolean {
    if (button === 'chat' && !this.chat.value) return false;
    return this.buttons.value.length === 0 || this.buttons.value.includes(button);
  }
}
