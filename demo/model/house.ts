import { computed, signal } from '@preact/signals';
import type { MediaKind, Removal, Room, RoomChanges, RoomSettings, Waiting } from '../../client/index.js';
import { explainModeration } from './explain.js';
import type { Person } from './person.js';
import type { Voice } from '../words/words.js';
import type { Toasts } from './toasts.js';

/** The room and its moderators, as the page shows them. The methods never reject: a problem is shown. */
export class House {
  readonly #room: Room;
  readonly #toasts: Toasts;
  readonly #voice: Voice;
  /** Whether the user of this page moderates the room. */
  readonly moderates = signal(false);
  readonly settings = signal<RoomSettings | undefined>(undefined);
  readonly #waiting = signal<readonly Waiting[]>([]);
  /** Those that a moderator can let in, in the order in which they came. */
  readonly waiting = computed(() => (this.moderates.value ? this.#waiting.value : []));

  constructor(room: Room, toasts: Toasts, voice: Voice) {
    this.#room = room;
    this.#toasts = toasts;
    this.#voice = voice;
    const { moderation, self } = room;
    this.settings.value = room.settings;
    this.moderates.value = self.moderates;
    this.#waiting.value = [...moderation.waiting.values()];
    room.on('settingsChanged', (settings) => (this.settings.value = settings));
    moderation.on('waitingChanged', () => (this.#waiting.value = [...moderation.waiting.values()]));
    self.on('grantsChanged', () => {
      if (self.moderates && !this.moderates.value) this.#toasts.show(this.#voice.words().moderation.isModerator);
      if (!self.moderates && this.moderates.value) this.#toasts.show(this.#voice.words().moderation.isModeratorNoMore);
      this.moderates.value = self.moderates;
    });
  }

  /** The server had forgotten us. */
  reconnected(): void {
    this.settings.value = this.#room.settings;
    this.moderates.value = this.#room.self.moderates;
  }

  async mute(person: Person, kind: MediaKind, muted: boolean): Promise<void> {
    await this.#do(this.#room.moderation.mute(person.id, [kind], muted));
  }

  async muteAll(muted: boolean): Promise<void> {
    const done = await this.#do(this.#room.moderation.mute('*', ['audio'], muted));
    if (done)
      this.#toasts.show(muted ? this.#voice.words().moderation.allMuted : this.#voice.words().moderation.allHeard);
  }

  async askToUnmute(person: Person): Promise<void> {
    const done = await this.#do(this.#room.moderation.requestUnmute(person.id, ['audio']));
    if (done) this.#toasts.show(this.#voice.words().moderation.askedToUnmute(person.name));
  }

  async remove(person: Person, removal: Removal): Promise<void> {
    await this.#do(this.#room.moderation.remove(person.id, removal));
  }

  async makeModerator(person: Person): Promise<void> {
    // Nobody can give what they do not have.
    const grants = { roomAdmin: true, ...(this.#room.self.grants?.roomRecord && { roomRecord: true }) };
    const done = await this.#do(this.#room.moderation.setGrants(person.id, { grants }));
    if (done) this.#toasts.show(this.#voice.words().moderation.madeModerator(person.name));
  }

  async lowerHand(person: Person | 'all'): Promise<void> {
    await this.#do(this.#room.moderation.lowerHand(person === 'all' ? '*' : person.id));
  }

  async update(changes: RoomChanges): Promise<boolean> {
    return this.#do(this.#room.moderation.update(changes));
  }

  async admit({ id }: Waiting): Promise<void> {
    await this.#do(this.#room.moderation.admit(id));
  }

  async deny({ id }: Waiting): Promise<void> {
    await this.#do(this.#room.moderation.deny(id));
  }

  async endForAll(): Promise<void> {
    await this.#do(this.#room.moderation.close());
  }

  /** Resolves with whether it was done. */
  async #do(request: Promise<void>): Promise<boolean> {
    try {
      await request;
      return true;
    } catch (error) {
      this.#toasts.show(explainModeration(error, this.#voice.words()), 'problem');
      return false;
    }
  }
}
