import { computed, signal } from '@preact/signals';
import { ClientError, type Recording, type RecordingState, type Room } from '../../client/index.js';
import type { Voice, Words } from '../words/words.js';
import { explainModeration } from './explain.js';
import type { Toasts } from './toasts.js';

/** What everybody is shown. */
export type Mark = 'none' | 'recording' | 'paused';

/** The recordings of the room, as the page shows them. The methods never reject: a problem is shown. */
export class Recorder {
  readonly #room: Room;
  readonly #toasts: Toasts;
  readonly #voice: Voice;
  readonly #running = signal<readonly Recording[]>([]);
  readonly #byOthers = signal(false);
  readonly #isStarting = signal(false);
  /** Whether the user of this page may record, and the server does. */
  readonly mayRecord = signal(false);
  /** What is recorded, or would be if it were not paused. */
  readonly mark = computed((): Mark => {
    const running = this.#running.value;
    if (this.#byOthers.value || running.some(({ state }) => state !== 'paused')) return 'recording';
    return running.length > 0 ? 'paused' : 'none';
  });
  /** Of the recording that the buttons are about: the newest. */
  readonly state = computed((): RecordingState | 'none' => {
    return this.#isStarting.value ? 'starting' : (this.#running.value.at(-1)?.state ?? 'none');
  });

  constructor(room: Room, toasts: Toasts, voice: Voice) {
    this.#room = room;
    this.#toasts = toasts;
    this.#voice = voice;
    const { recordings, self } = room;
    const changed = (): void => {
      this.#running.value = [...recordings.running.values()];
      this.#byOthers.value = recordings.byOthers;
    };
    changed();
    this.reconnected();
    recordings.on('changed', changed);
    recordings.on('ended', (_recording, reason, isWhole) => {
      const { recording } = this.#voice.words();
      if (!isWhole) this.#toasts.show(recording.failed, 'problem');
      else if (reason === 'no-space' || reason === 'limit') this.#toasts.show(recording[reason], 'problem');
      else this.#toasts.show(recording.stopped);
    });
    self.on('grantsChanged', () => {
      this.reconnected();
    });
  }

  /** The server had forgotten us, or what we may do is another thing now. */
  reconnected(): void {
    const { recordings, self } = this.#room;
    this.mayRecord.value = recordings.possible && self.mayRecord;
  }

  /** Begins to record, or ends it. */
  async toggle(): Promise<void> {
    const { recordings } = this.#room;
    const present = this.#running.value.at(-1);
    if (this.#isStarting.value || present?.state === 'stopping') return;
    if (present) {
      await this.#do(recordings.stop(present.id));
      return;
    }
    this.#isStarting.value = true;
    await this.#do(recordings.start());
    this.#isStarting.value = false;
  }

  /** Pauses it, or goes on. */
  async togglePause(): Promise<void> {
    const { recordings } = this.#room;
    const present = this.#running.value.at(-1);
    if (present?.state === 'recording') await this.#do(recordings.pause(present.id));
    else if (present?.state === 'paused') await this.#do(recordings.resume(present.id));
  }

  async #do(request: Promise<unknown>): Promise<void> {
    try {
      await request;
    } catch (error) {
      if (this.#room.joined) this.#toasts.show(explain(error, this.#voice.words()), 'problem');
    }
  }
}

function explain(error: unknown, words: Words): string {
  if (!(error instanceof ClientError) || error.code !== 'recording-refused') return explainModeration(error, words);
  const { recording } = words;
  switch (error.reason) {
    case 'no-space':
      return recording.full;
    case 'running':
      return recording.running;
    default:
      return recording.refused;
  }
}
