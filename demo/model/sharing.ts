import { signal } from '@preact/signals';
import { ClientError, type Room } from '../../client/index.js';
import type { Voice } from '../words/words.js';
import type { Person } from './person.js';
import type { Toasts } from './toasts.js';

/** The screen that the user of this page shows, beside their camera or without one. */
export class Sharing {
  readonly on = signal(false);
  readonly #room: Room;
  readonly #toasts: Toasts;
  readonly #voice: Voice;

  constructor(room: Room, self: Person, toasts: Toasts, voice: Voice) {
    this.#room = room;
    this.#toasts = toasts;
    this.#voice = voice;
    room.on('sharing', (on) => {
      this.on.value = on;
      const { screen } = room;
      const picture = screen?.tracks.find(({ kind }) => kind === 'video');
      self.screen.value = picture && new MediaStream([picture]);
    });
  }

  async toggle(): Promise<void> {
    try {
      if (this.on.value) await this.#room.stopSharing();
      else await this.#room.shareScreen();
    } catch (error) {
      // The user closed the browser's question and knows why nothing is shared.
      if (!(error instanceof ClientError) || error.code === 'device-refused' || error.code === 'closed') return;
      const { bar, stage } = this.#voice.words();
      this.#toasts.show(error.code === 'not-allowed' ? stage.mayNotPresent : bar.noSharing, 'problem');
    }
  }
}
